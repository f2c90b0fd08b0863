package request

// goodTransaction is a body that nothing is wrong with.
const goodTransaction = `{"postings":[{"account":"equity:opening","side":"debit","amount":"100.00","asset":"USD"},` +
	`{"account":"liabilities:user:a","side":"credit","amount":"100.00","asset":"USD"}],"metadata":{"shop":"north"}}`
