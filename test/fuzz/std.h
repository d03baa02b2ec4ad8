// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The little of the standard library that seeds use, in declarations: what the engine knows of it goes by names.
#ifndef CORACE_FUZZ_STD_H // it stands for many headers
#define CORACE_FUZZ_STD_H

using size_t = decltype(sizeof(0));
namespace std {
template <typename T> struct remove_reference {
  using type = T;
};
template <typename T> struct remove_reference<T &> {
  using type = T;
};
template <typename T> struct remove_reference<T &&> {
  using type = T;
};
template <typename T> constexpr typename remove_reference<T>::type &&move(T &&) noexcept;
template <typename T> T &&forward(typename remove_reference<T>::type &);
template <typename T, typename U = T> T exchange(T &, U &&);
template <typename A, typename B> struct pair {
  A first;
  B second;
};
struct nullopt_t {};
inline constexpr nullopt_t nullopt;

template <typename P = void> struct coroutine_handle;
template <> struct coroutine_handle<void> {
  static coroutine_handle from_address(void *) noexcept;
  void *address() const noexcept;
  void resume() const;
  void destroy() const;
};
template <typename P> struct coroutine_handle {
  static coroutine_handle from_address(void *) noexcept;
  static coroutine_handle from_promise(P &) noexcept;
  operator coroutine_handle<>() const noexcept;
  P &promise() const;
};
template <typename R, typename... A> struct coroutine_traits {
  using promise_type = typename R::promise_type;
};
struct suspend_always {
  bool await_ready() const noexcept { return false; }
  void await_suspend(coroutine_handle<>) const noexcept {}
  void await_resume() const noexcept {}
};
struct suspend_never {
  bool await_ready() const noexcept { return true; }
  void await_suspend(coroutine_handle<>) const noexcept {}
  void await_resume() const noexcept {}
};

template <typename T> struct iterator {
  T &operator*() const;
  T *operator->() const;
  iterator &operator++();
  bool operator==(const iterator &) const;
};
template <typename T> struct vector {
  iterator<T> begin();
  iterator<T> end();
  size_t size() const;
  bool empty() const;
  T &operator[](size_t);
  T &at(size_t);
  T &front();
  T &back();
  void push_back(T);
  void pop_back();
  void clear();
  iterator<T> erase(iterator<T>);
  T *data();
  void resize(size_t);
  void reserve(size_t);
};
template <typename T> struct deque : vector<T> {
  void pop_front();
  void push_front(T);
};
template <typename K, typename V> struct map {
  iterator<pair<const K, V>> begin();
  iterator<pair<const K, V>> end();
  iterator<pair<const K, V>> find(const K &);
  bool contains(const K &) const;
  V &operator[](const K &);
  V &at(const K &);
  size_t erase(const K &);
  size_t size() const;
  bool empty() const;
  template <typename... A> pair<iterator<pair<const K, V>>, bool> try_emplace(const K &, A &&...);
  pair<iterator<pair<const K, V>>, bool> insert(pair<K, V>);
  void clear();
};
template <typename K, typename V> struct unordered_map : map<K, V> {};
template <typename K> struct set {
  bool contains(const K &) const;
  pair<iterator<K>, bool> insert(const K &);
  size_t erase(const K &);
};
template <typename T> struct optional {
  optional();
  optional(T);
  optional(nullopt_t);
  explicit operator bool() const;
  bool has_value() const;
  T &operator*();
  T *operator->();
  T &value();
  void reset();
};
template <typename T> struct unique_ptr {
  unique_ptr();
  explicit unique_ptr(T *);
  unique_ptr(unique_ptr &&);
  T &operator*() const;
  T *operator->() const;
  T *get() const;
  explicit operator bool() const;
  void reset(T * = nullptr);
  T *release();
};
template <typename T> struct shared_ptr {
  shared_ptr();
  shared_ptr(const shared_ptr &);
  T &operator*() const;
  T *operator->() const;
  T *get() const;
  explicit operator bool() const;
  void reset();
};
template <typename T> struct weak_ptr {
  shared_ptr<T> lock() const;
};
template <typename T, typename... A> unique_ptr<T> make_unique(A &&...);
template <typename T, typename... A> shared_ptr<T> make_shared(A &&...);
template <typename T> struct enable_shared_from_this {
  shared_ptr<T> shared_from_this();
};
template <typename T> struct atomic {
  atomic(T = T());
  T load() const;
  void store(T);
  T exchange(T);
  T fetch_add(T);
  operator T() const;
  T operator=(T);
  T operator++();
  bool compare_exchange_strong(T &, T);
  bool compare_exchange_weak(T &, T);
};
struct mutex {
  void lock();
  void unlock();
  bool try_lock();
};
struct shared_mutex : mutex {
  void lock_shared();
  void unlock_shared();
};
struct defer_lock_t {};
inline constexpr defer_lock_t defer_lock;
template <typename M> struct lock_guard {
  explicit lock_guard(M &);
  ~lock_guard();
};
template <typename... M> struct scoped_lock {
  explicit scoped_lock(M &...);
  ~scoped_lock();
};
template <typename M> struct unique_lock {
  explicit unique_lock(M &);
  unique_lock(M &, defer_lock_t);
  ~unique_lock();
  void lock();
  void unlock();
  bool owns_lock() const;
};
template <typename M> struct shared_lock {
  explicit shared_lock(M &);
  ~shared_lock();
};
template <typename> struct function;
template <typename R, typename... A> struct function<R(A...)> {
  function();
  template <typename F> function(F) {}
  R operator()(A...) const;
};
struct string {
  string();
  string(const char *);
  const char *c_str() const;
  bool empty() const;
  size_t size() const;
  string &operator+=(const string &);
  char &operator[](size_t);
};
string operator+(const string &, const string &);
struct string_view {
  string_view(const string &);
  string_view(const char *);
};
template <typename T> struct span {
  template <typename C> span(C &);
  T &operator[](size_t) const;
};
template <typename T, size_t N> struct array {
  T &operator[](size_t);
  T *begin();
  T *end();
  T at[N];
};
} // namespace std

#endif
