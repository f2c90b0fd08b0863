// Package archive is the form in which a whole journal travels in a file: JSON Lines, read and written line by line.
//
// The first line says what is in the file ([Header]). Events follow in order, whole, with their hashes; then every
// outcome, since a request that is repeated gets its first answer for ever; then the rows that follow from no event;
// and the last line counts them ([Trailer]).
//
// Each line ends with a sum of itself and all lines before it. It finds what went wrong on the way, in its line. It
// keeps nobody from writing another file: what speaks against that is the journal's own chain, whose last value
// somebody may have noted elsewhere.
package archive
