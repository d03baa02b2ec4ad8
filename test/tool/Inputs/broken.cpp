int unused_in_here() {
  int never_used;
  long a = 3.5; // a warning under -Wconversion
  (void)a;
  return nowhere;
}
