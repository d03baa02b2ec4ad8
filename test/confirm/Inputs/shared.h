#pragma once
#include <corace/corace.h>

corace::task<void> both();
