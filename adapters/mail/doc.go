// Package mail sends letters to people: over SMTP, or into a folder on a developer's machine. Both are a
// desk.Mailer.
//
// No error from here has an address or a letter's text in it, nor what a server said, since servers repeat
// addresses: errors are logged.
package mail
