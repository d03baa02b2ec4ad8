// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A client on QCoro, for timing the checker.
#include <qcoro/qcoroiodevice.h>
#include <qcoro/qcoroprocess.h>
#include <qcoro/qcorotask.h>
#include <qcoro/qcorotimer.h>

#include <QHash>
#include <QProcess>
#include <QTimer>

class Fetcher : public QObject {
public:
  QCoro::Task<QByteArray> fetch(QString name) {
    if (auto known = cache_.constFind(name); known != cache_.constEnd())
      co_return *known;
    QProcess process;
    co_await qCoro(process).start(QStringLiteral("cat"), {name});
    co_await qCoro(process).waitForFinished();
    const QByteArray content = process.readAll();
    cache_.insert(name, content);
    ++fetched_;
    co_return content;
  }

  QCoro::Task<> poll(QStringList names) {
    QTimer timer;
    timer.start(1000);
    while (!stopped_) {
      co_await timer;
      for (const QString &name : names) {
        const QByteArray content = co_await fetch(name);
        if (content.isEmpty())
          ++failed_;
      }
    }
  }

  void stop() { stopped_ = true; }

private:
  QHash<QString, QByteArray> cache_;
  int fetched_ = 0, failed_ = 0;
  bool stopped_ = false;
};

int main() {
  Fetcher fetcher;
  fetcher.poll({QStringLiteral("a")});
}
