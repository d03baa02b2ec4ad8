#include "shared.h"

int main() { corace::run(both()); }
