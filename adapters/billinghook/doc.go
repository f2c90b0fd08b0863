// Package billinghook takes what billing systems other than Stripe tell of memberships: it checks the signature, which is
// that of Standard Webhooks, and puts what a body says into the words of package payment.
package billinghook
