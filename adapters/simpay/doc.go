// Package simpay is a payment provider that takes no money, for development and tests: whoever is sent to its page says
// whether he pays.
//
// It remembers nothing that a restart could lose: what it opened is in the address of its page, signed, under the id
// that it was asked with, so that it opens once what it is asked for often. What its page was told it remembers while the process runs.
package simpay
