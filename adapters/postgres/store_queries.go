package postgres

import _ "embed" // the SQL lies beside the code

var (
	//go:embed queries/campaign.sql
	campaignSQL string
	//go:embed queries/resign.sql
	resignSQL string

	//go:embed queries/predecessor.sql
	predecessorSQL string
	//go:embed queries/terminate.sql
	terminateSQL string
	//go:embed queries/take_over.sql
	takeOverSQL string
	//go:embed queries/durable.sql
	durableSQL string
	//go:embed queries/ensure_partition.sql
	ensurePartitionSQL string

	//go:embed queries/fresh_plans.sql
	freshPlansSQL string
	//go:embed queries/head.sql
	headSQL string
	//go:embed queries/events_after.sql
	eventsAfterSQL string
	//go:embed queries/events_at.sql
	eventsAtSQL string
	//go:embed queries/events_size.sql
	eventsSizeSQL string
	//go:embed queries/outcomes.sql
	outcomesSQL string
	//go:embed queries/state.sql
	stateSQL string

	//go:embed queries/inbox_put.sql
	inboxPutSQL string
	//go:embed queries/inbox_bodies.sql
	inboxBodiesSQL string
	//go:embed queries/inbox_oldest.sql
	inboxOldestSQL string

	//go:embed queries/append_advance.sql
	appendAdvanceSQL string
	//go:embed queries/append_events.sql
	appendEventsSQL string
	//go:embed queries/append_outcomes.sql
	appendOutcomesSQL string
	//go:embed queries/append_state.sql
	appendStateSQL string
	//go:embed queries/append_dead.sql
	appendDeadSQL string
	//go:embed queries/append_settle.sql
	appendSettleSQL string
)
