package wallets

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/adapters/httpapi/handling"
	"github.com/florinledger/florin/adapters/httpapi/request"
	wallets "github.com/florinledger/florin/wallet/query"
)

// statementAnswer is a statement that is written while its lines are read.
type statementAnswer struct {
	h         *Handlers
	ctx       context.Context //nolint:containedctx // the generated interface hands none to the answer
	statement wallets.Statement
	format    api.StatementFormat
}

// VisitGetWalletStatementResponse implements api.GetWalletStatementResponseObject.
//
// What goes wrong before anything was sent is a problem. After that the connection is cut, since an answer that
// ended in order would pass for a whole one.
func (a *statementAnswer) VisitGetWalletStatementResponse(w http.ResponseWriter) error {
	ctx, cancel := context.WithTimeout(a.ctx, statementTimeout)
	defer cancel()
	sent := &statementSender{w: w, control: http.NewResponseController(w), header: a.header()}
	out := bufio.NewWriterSize(sent, statementBuffer)
	err := a.write(ctx, out)
	if err == nil {
		err = out.Flush()
	}
	switch {
	case err == nil:
		return nil
	case !sent.begun && errors.Is(err, wallets.ErrUnbalanced):
		return err
	case !sent.begun:
		return request.Unavailable(err)
	}
	level := slog.LevelError
	if errors.Is(err, handling.ErrClientGone) || a.ctx.Err() != nil {
		level = slog.LevelInfo // nobody's fault here
	}
	a.h.Log.Log(a.ctx, level, "a statement is cut off", "wallet", a.statement.Wallet.ID, "position", a.statement.Position,
		"request_id", request.CallOf(a.ctx).RequestID, "error", err)
	panic(http.ErrAbortHandler)
}

// write writes the statement in its form.
func (a *statementAnswer) write(ctx context.Context, out io.Writer) error {
	lines := a.h.ports.Statements.StatementLines(ctx, a.statement)
	switch a.format {
	case api.StatementFormatCsv:
		return a.h.ports.Documents.StatementCSV(out, &a.statement, lines)
	case api.StatementFormatPdf:
		select {
		case a.h.pdfs <- struct{}{}:
		case <-ctx.Done():
			return ctx.Err()
		}
		defer func() { <-a.h.pdfs }()
		return a.h.ports.Documents.StatementPDF(out, &a.statement, lines, a.h.Now())
	case api.StatementFormatJSON:
	}
	return writeStatement(out, &a.statement, lines)
}

// header says what the answer is, and what a browser calls it.
func (a *statementAnswer) header() map[string]string {
	kind := map[api.StatementFormat]string{api.StatementFormatCsv: "text/csv; charset=utf-8", api.StatementFormatPdf: "application/pdf"}[a.format]
	if kind == "" {
		return map[string]string{echo.HeaderContentType: echo.MIMEApplicationJSON}
	}
	s := &a.statement
	return map[string]string{
		echo.HeaderContentType: kind,
		echo.HeaderContentDisposition: fmt.Sprintf(`attachment; filename="statement-%s-%s-%s.%s"`, s.Wallet.ID,
			s.From.Format(time.DateOnly), s.Until.Format(time.DateOnly), a.format),
	}
}

// statementSender sends what is written to it. A client that takes nothing is given up.
type statementSender struct {
	w       http.ResponseWriter
	control *http.ResponseController
	header  map[string]string
	begun   bool
}

// Write implements io.Writer. Errors: handling.ErrClientGone.
func (s *statementSender) Write(data []byte) (int, error) {
	if !s.begun {
		s.begun = true
		for name, value := range s.header {
			s.w.Header().Set(name, value)
		}
		s.w.WriteHeader(http.StatusOK)
	}
	if err := s.control.SetWriteDeadline(time.Now().Add(handling.StreamWriteTimeout)); err != nil {
		return 0, errors.Join(handling.ErrClientGone, err)
	}
	n, err := s.w.Write(data)
	if err != nil {
		return n, errors.Join(handling.ErrClientGone, err)
	}
	return n, nil
}
