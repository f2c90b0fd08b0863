package webhook

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
)

// Validate reports what is wrong with the form of c.
func (c CreateEndpoint) Validate() []ledger.FieldError {
	var f ledger.Form
	checkURL(&f, c.URL)
	checkEventTypes(&f, c.EventTypes)
	f.Text("/description", c.Description, MaxDescription)
	checkKeyID(&f, c.KeyID)
	return f.Errors()
}

// Validate reports what is wrong with the form of c.
func (c ChangeEndpoint) Validate() []ledger.FieldError {
	var f ledger.Form
	if c.URL != nil {
		checkURL(&f, *c.URL)
	}
	if c.EventTypes != nil {
		checkEventTypes(&f, *c.EventTypes)
	}
	if c.Description != nil {
		f.Text("/description", *c.Description, MaxDescription)
	}
	if c.Status != nil && *c.Status != Enabled && *c.Status != Disabled {
		f.Addf("/status", "want enabled or disabled")
	}
	return f.Errors()
}

// Validate reports what is wrong with the form of c.
func (c RotateSecret) Validate() []ledger.FieldError {
	var f ledger.Form
	checkKeyID(&f, c.KeyID)
	return f.Errors()
}

// checkURL checks the form of an address. Whether it is one of the public internet is judged when it is called.
func checkURL(f *ledger.Form, text string) {
	before := len(f.Errors())
	if f.Text("/url", text, MaxURL); len(f.Errors()) > before {
		return
	}
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Opaque != "" || u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "":
		f.Addf("/url", "want an address such as https://example.com/webhooks")
	case u.User != nil:
		f.Addf("/url", "want an address without a name and a password: what is sent is signed instead")
	case u.Fragment != "":
		f.Addf("/url", "want an address without a fragment: it would not be sent")
	case !isPort(u.Port()):
		f.Addf("/url", "want a port of 1 to 65535, or none")
	}
}

func isPort(text string) bool {
	if text == "" {
		return true
	}
	port, err := strconv.ParseUint(text, 10, 16)
	return err == nil && port > 0
}

// checkEventTypes checks the form of a list of types. Which there are, the edge knows.
func checkEventTypes(f *ledger.Form, types []string) {
	if len(types) > MaxEventTypes {
		f.Addf("/event_types", "want at most %d", MaxEventTypes)
		return
	}
	for i, name := range types {
		pointer := fmt.Sprintf("/event_types/%d", i)
		switch {
		case name == "":
			f.Addf(pointer, "want the name of a type of events, such as transfer.made")
		case slices.Contains(types[:i], name):
			f.Addf(pointer, "it is there twice")
		default:
			f.Text(pointer, name, maxEventType)
		}
	}
}

func checkKeyID(f *ledger.Form, keyID string) {
	if _, err := journal.ParseID(keyPrefix, keyID); err != nil {
		f.Addf("/key_id", "want the name of a key")
	}
}
