package readmodel

// ByStatementPages are the same reads, with statements in pages of another size.
func (r *Reads) ByStatementPages(size int) *Reads {
	return &Reads{pool: r.pool, looking: make(chan struct{}, 1), statementPage: size}
}
