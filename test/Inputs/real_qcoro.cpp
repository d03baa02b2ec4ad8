// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// QCoro over Qt 6 as Debian ships them; test/checks/real-qcoro.test runs it where they are installed.
#include <qcoro/qcorotask.h>
#include <qcoro/qcorotimer.h>

#include <QMap>
#include <QTimer>

class Downloads {
  int served = 0;
  QMap<int, QString> cache;

  QCoro::Task<> countBad(QTimer &timer) {
    int before = served;
    co_await timer;
    served = before + 1;
    // EXPECT: 'served' may be overwritten with a stale value
  }
  QCoro::Task<QString> load(int key);
  QCoro::Task<QString> lookUpBad(int key) {
    if (cache.contains(key))
      co_return cache[key];
    QString text = co_await load(key);
    cache[key] = text;
    // EXPECT: 'cache[key]' is written after a test [corace-check-await-act]
    co_return text;
  }
  QCoro::Task<> instantOk() { co_return; }
  QCoro::Task<> eagerBodyOk() {
    int before = served;
    co_await instantOk();
    served = before + 1;
  }
  QCoro::Task<> nestedLoopBad(QTimer &timer) {
    int before = served;
    QCoro::waitFor(countBad(timer));
    served = before + 1;
    // EXPECT: 'served' may be overwritten with a stale value
    // EXPECT-NOTE -1: 'waitFor' runs other tasks before it returns
    co_return;
  }
};
