# Lists the code blocks of Markdown files, or prints one.
#
#   awk -f blocks.awk FILE...                                 FILE<TAB>HEADING<TAB>NUMBER<TAB>LANGUAGE of each block
#   awk -v heading=H -v number=N -f blocks.awk FILE           the text of one
#
# A block is a fenced one, or lines that are indented by four blanks after an empty line. NUMBER counts from 1 below each heading; LANGUAGE is
# what the fence says, `sh` for indented ones, which in this project are commands.
function begin(language) { count++; inside = 1; if (heading == "") printf "%s\t%s\t%d\t%s\n", FILENAME, title, count, language }
function line(text) { if (heading != "" && title == heading && count == number + 0) print text }
FNR == 1 { title = ""; count = 0; inside = 0; fence = 0; empty = 1 }
/^```/ { if (fence) { fence = 0; inside = 0 } else { fence = 1; language = substr($0, 4); begin(language == "" ? "text" : language) } next }
fence { line($0); next }
/^#+ / { title = $0; sub(/^#+ /, "", title); count = 0; inside = 0; empty = 1; next }
/^    / && (inside || empty) { if (!inside) begin("sh"); line(substr($0, 5)); empty = 0; next }
/^$/ { if (inside) line(""); empty = 1; next }
{ inside = 0; empty = 0 }
