package postgres

import (
	"context"
	_ "embed" // the SQL lies beside the code
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/florinledger/florin/ledger/journal"
)

// surveyMost is how far a survey counts: that something waits matters, and for how long, and whether it becomes more.
const surveyMost = 10_000

var (
	//go:embed queries/survey.sql
	surveySQL string
	//go:embed queries/survey_providers.sql
	surveyProvidersSQL string
)

// Survey is what waits in the database for somebody to deal with it. Numbers stop at 10,000.
type Survey struct {
	// Inbox is how many commands wait there, InboxOldest since when the first does; zero for none.
	Inbox       int
	InboxOldest time.Time
	// DeadLetters is how many are open, DeadLettersOldest when the first of them was buried; zero for none.
	DeadLetters       int
	DeadLettersOldest time.Time
	// WebhooksPending is how many deliveries are to be sent; EndpointsFailing to how many endpoints the last ones failed.
	WebhooksPending, EndpointsFailing int
	// Breaks is how many a month's reconciliations have found, by the newest of each period; those of timing are none.
	Breaks int
	// Providers are the payment providers that ever left a call unanswered, by name.
	Providers []SurveyedProvider
	// Bytes is what the database takes on disk.
	Bytes int64
	// LogArchived is when the server last archived its log, or has waited since to do so; zero where it archives none.
	LogArchived time.Time
}

// SurveyedProvider says how a payment provider stands: whether new payments go elsewhere, since it does not answer, and how
// many calls are to be made again.
type SurveyedProvider struct {
	Name  string
	Down  bool
	Calls int
}

// TakeSurvey looks what waits. It reads a few rows of each table, however many there are.
func TakeSurvey(ctx context.Context, pool *pgxpool.Pool, shard journal.Shard) (s Survey, err error) {
	var inbox, dead, archived *time.Time
	if err := pool.QueryRow(ctx, surveySQL, surveyMost, shard).
		Scan(&s.Inbox, &inbox, &s.DeadLetters, &dead, &s.WebhooksPending, &s.EndpointsFailing, &s.Breaks, &s.Bytes, &archived); err != nil {
		return Survey{}, fmt.Errorf("survey: %w", err)
	}
	rows, err := pool.Query(ctx, surveyProvidersSQL, surveyMost)
	if err != nil {
		return Survey{}, fmt.Errorf("survey: %w", err)
	}
	if s.Providers, err = pgx.CollectRows(rows, pgx.RowToStructByPos[SurveyedProvider]); err != nil {
		return Survey{}, fmt.Errorf("survey: %w", err)
	}
	if inbox != nil {
		s.InboxOldest = *inbox
	}
	if dead != nil {
		s.DeadLettersOldest = *dead
	}
	if archived != nil {
		s.LogArchived = *archived
	}
	return s, nil
}
