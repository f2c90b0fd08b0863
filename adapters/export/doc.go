// Package export writes what Florin knows in the forms that others read: statements as CSV for
// programs and as PDF for people.
//
// It reads nothing itself. Whoever asks hands in what is to be written, line by line, and gets an error where a
// line could not be had: what was written until then is no document.
package export
