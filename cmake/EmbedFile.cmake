# Run as a script: writes OUT, a C++ file that defines <SYMBOL>[] and <SYMBOL>Size in namespace corace::checks with the
# bytes of IN.
file(READ ${IN} hex HEX)
string(LENGTH "${hex}" digits)
math(EXPR size "${digits} / 2")
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "'\\\\x\\1'," bytes "${hex}")
string(REGEX REPLACE "(('\\\\x[0-9a-f][0-9a-f]',){24})" "\\1\n" bytes "${bytes}")
file(WRITE ${OUT} "// Made from a data file by cmake/EmbedFile.cmake.
namespace corace::checks {
extern const char ${SYMBOL}[];
extern const unsigned long ${SYMBOL}Size;
const char ${SYMBOL}[] = {
${bytes}'\\0'};
const unsigned long ${SYMBOL}Size = ${size};
} // namespace corace::checks
")
