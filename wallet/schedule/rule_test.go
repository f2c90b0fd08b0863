package schedule_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/teambition/rrule-go"
	"pgregory.net/rapid"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/wallet/schedule"
)

// TestRules: what rules come to, on clocks that are put forward and back, and at the ends of months.
func TestRules(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, rule, start, zone, want string }{
		{"clocks are put forward", "FREQ=DAILY", "2027-03-27T01:30:00Z", "Europe/Berlin",
			"2027-03-27T01:30:00Z 2027-03-28T01:30:00Z 2027-03-29T00:30:00Z 2027-03-30T00:30:00Z"}, // the 28th has no 02:30
		{"clocks are put back", "FREQ=DAILY", "2026-10-24T00:30:00Z", "Europe/Berlin",
			"2026-10-24T00:30:00Z 2026-10-25T00:30:00Z 2026-10-26T01:30:00Z"}, // the 25th has 02:30 twice
		{"nine o'clock", "FREQ=WEEKLY;BYDAY=MO;BYHOUR=9;BYMINUTE=0;BYSECOND=0", "2026-10-19T00:00:00Z", "America/New_York",
			"2026-10-19T13:00:00Z 2026-10-26T13:00:00Z 2026-11-02T14:00:00Z"},
		{"hours that are skipped", "FREQ=HOURLY", "2027-03-27T23:00:00Z", "Europe/Berlin",
			"2027-03-27T23:00:00Z 2027-03-28T00:00:00Z 2027-03-28T01:00:00Z 2027-03-28T02:00:00Z"},
		{"hours that come twice", "FREQ=HOURLY", "2026-10-24T23:00:00Z", "Europe/Berlin",
			"2026-10-24T23:00:00Z 2026-10-25T00:00:00Z 2026-10-25T02:00:00Z"},
		{"a day that was never there", "FREQ=DAILY;BYHOUR=9;BYMINUTE=0;BYSECOND=0", "2011-12-29T19:00:00Z", "Pacific/Apia",
			"2011-12-29T19:00:00Z 2011-12-30T19:00:00Z 2011-12-31T19:00:00Z"},
		{"the 31st", "FREQ=MONTHLY;BYMONTHDAY=31", "2026-12-01T09:00:00Z", "UTC",
			"2026-12-31T09:00:00Z 2027-01-31T09:00:00Z 2027-03-31T09:00:00Z"},
		{"from the 31st on", "FREQ=MONTHLY", "2026-12-31T09:00:00Z", "UTC",
			"2026-12-31T09:00:00Z 2027-01-31T09:00:00Z 2027-03-31T09:00:00Z"},
		{"the last day", "FREQ=MONTHLY;BYMONTHDAY=-1", "2027-12-31T09:00:00Z", "UTC",
			"2027-12-31T09:00:00Z 2028-01-31T09:00:00Z 2028-02-29T09:00:00Z 2028-03-31T09:00:00Z"},
		{"the last working day", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "2026-10-01T09:00:00Z", "UTC",
			"2026-10-30T09:00:00Z 2026-11-30T09:00:00Z 2026-12-31T09:00:00Z"},
		{"the 29th of February", "FREQ=YEARLY", "2028-02-29T09:00:00Z", "UTC", "2028-02-29T09:00:00Z 2032-02-29T09:00:00Z"},
		{"a 29th of February that is a Monday", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO", "2044-03-01T09:00:00Z", "UTC",
			"2072-02-29T09:00:00Z"},
		{"the same past 2100", "FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO", "2072-03-01T09:00:00Z", "UTC",
			"2112-02-29T09:00:00Z"},
		{"every twenty years", "FREQ=YEARLY;INTERVAL=20;BYMONTH=12;BYMONTHDAY=31", "2026-12-31T09:00:00Z", "UTC",
			"2026-12-31T09:00:00Z 2046-12-31T09:00:00Z 2066-12-31T09:00:00Z"},
		{"every twenty years, at their beginning", "FREQ=YEARLY;INTERVAL=20", "2027-01-01T09:00:00Z", "UTC",
			"2027-01-01T09:00:00Z 2047-01-01T09:00:00Z 2067-01-01T09:00:00Z"},
		{"past 2100", "FREQ=YEARLY", "2096-02-29T09:00:00Z", "UTC", "2096-02-29T09:00:00Z 2104-02-29T09:00:00Z"},
		{"every other week, begun in the middle of one", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR", "2026-11-18T09:00:00Z", "UTC",
			"2026-11-20T09:00:00Z 2026-11-30T09:00:00Z 2026-12-04T09:00:00Z"},
		{"the same, with weeks from Sunday", "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,FR;WKST=SU", "2026-11-18T09:00:00Z", "UTC",
			"2026-11-20T09:00:00Z 2026-11-29T09:00:00Z 2026-12-04T09:00:00Z"},
		{"the second of a week's days", "FREQ=WEEKLY;BYDAY=MO,WE,FR;BYSETPOS=2", "2026-11-19T09:00:00Z", "UTC",
			"2026-11-25T09:00:00Z 2026-12-02T09:00:00Z"},
		{"a day of week 53", "FREQ=YEARLY;BYWEEKNO=53", "2026-01-05T09:00:00Z", "UTC", "2026-12-28T09:00:00Z 2032-12-27T09:00:00Z"},
		{"three times", "FREQ=DAILY;COUNT=3", "2026-12-30T09:00:00Z", "UTC", "2026-12-30T09:00:00Z 2026-12-31T09:00:00Z 2027-01-01T09:00:00Z ."},
		{"until a time", "FREQ=DAILY;UNTIL=20261231T090000Z", "2026-12-30T09:00:00Z", "UTC", "2026-12-30T09:00:00Z 2026-12-31T09:00:00Z ."},
		{"until a time on the wall", "FREQ=DAILY;UNTIL=20261231T090000", "2026-12-30T08:00:00Z", "Europe/Berlin", "2026-12-30T08:00:00Z 2026-12-31T08:00:00Z ."},
		{"until a day", "FREQ=DAILY;UNTIL=20261231", "2026-12-30T22:30:00Z", "Europe/Berlin", "2026-12-30T22:30:00Z 2026-12-31T22:30:00Z ."},
		{"in lower case", "freq=daily;byhour=9", "2026-12-30T08:00:00Z", "UTC", "2026-12-30T09:00:00Z 2026-12-31T09:00:00Z"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			rule := by(c.rule, c.start, c.zone)
			var got []string
			for _, occurrence := range rule.First(at(c.start), len(strings.Fields(c.want))) {
				got = append(got, occurrence.UTC().Format(time.RFC3339))
			}
			if strings.HasSuffix(c.want, ".") {
				got = append(got, ".")
			}
			require.Equal(t, c.want, strings.Join(got, " "))
		})
	}
}

func TestRuleErrors(t *testing.T) {
	t.Parallel()
	for rule, want := range map[string]string{
		"FREQ=MINUTELY":                          "want FREQ=HOURLY or slower",
		"FREQ=SECONDLY;COUNT=2":                  "want FREQ=HOURLY or slower",
		"FREQ=FORTNIGHTLY":                       "FREQ=FORTNIGHTLY is not what RFC 5545 has for FREQ",
		"INTERVAL=2":                             "want FREQ, such as FREQ=MONTHLY",
		"FREQ=DAILY;":                            `"" is no part of a rule: want NAME=VALUE, with semicolons between, such as FREQ=MONTHLY;BYMONTHDAY=1`,
		"every day":                              `"EVERY DAY" is no part of a rule: want NAME=VALUE, with semicolons between, such as FREQ=MONTHLY;BYMONTHDAY=1`,
		"FREQ=DAILY;FREQ=DAILY":                  "FREQ is there twice",
		"FREQ=DAILY;INTERVAL=0":                  "want an INTERVAL of 1 to 1000",
		"FREQ=DAILY;INTERVAL=1001":               "want an INTERVAL of 1 to 1000",
		"FREQ=DAILY;INTERVAL=two":                "INTERVAL=TWO is not what RFC 5545 has for INTERVAL",
		"FREQ=DAILY;COUNT=0":                     "want a COUNT of 1 to 1000000",
		"FREQ=DAILY;COUNT=2;UNTIL=20270101":      "want COUNT or UNTIL, not both",
		"FREQ=DAILY;UNTIL=tomorrow":              "UNTIL=TOMORROW is not what RFC 5545 has for UNTIL",
		"FREQ=YEARLY;BYHOUR=9,17":                "more than one BYHOUR is for FREQ=MONTHLY or faster",
		"FREQ=DAILY;BYHOUR=24":                   "BYHOUR=24 is not what RFC 5545 has for BYHOUR",
		"FREQ=DAILY;BYMINUTE=0,30":               "want one BYMINUTE: nothing comes more often than once an hour",
		"FREQ=DAILY;BYSECOND=0,30":               "want one BYSECOND: nothing comes more often than once an hour",
		"FREQ=MONTHLY;BYMONTHDAY=0":              "BYMONTHDAY=0 is not what RFC 5545 has for BYMONTHDAY",
		"FREQ=WEEKLY;BYMONTHDAY=1":               "BYMONTHDAY is not for FREQ=WEEKLY",
		"FREQ=WEEKLY;BYDAY=2MO":                  "a BYDAY with a number is for FREQ=MONTHLY or YEARLY, without BYWEEKNO",
		"FREQ=MONTHLY;BYDAY=6MO":                 "a month has no more than five of any weekday",
		"FREQ=YEARLY;BYMONTH=2;BYDAY=-53MO":      "a month has no more than five of any weekday",
		"FREQ=MONTHLY;BYWEEKNO=2":                "BYWEEKNO is for FREQ=YEARLY",
		"FREQ=DAILY;BYYEARDAY=1":                 "BYYEARDAY is for FREQ=YEARLY or HOURLY",
		"FREQ=DAILY;BYSETPOS=1":                  "BYSETPOS chooses among what another BY part gives",
		"FREQ=HOURLY;BYHOUR=1;BYSETPOS=2":        "BYSETPOS is not for FREQ=HOURLY",
		"FREQ=DAILY;BYEASTER=1":                  "there is no part BYEASTER: want some of FREQ, INTERVAL, COUNT, UNTIL, WKST, BYMONTH, BYWEEKNO, BYYEARDAY, BYMONTHDAY, BYDAY, BYHOUR, BYMINUTE, BYSECOND, BYSETPOS",
		"FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30":     "it does not occur within 40 years",
		"FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30":    "it does not occur within 40 years",
		"FREQ=YEARLY;BYMONTH=4;BYMONTHDAY=31":    "it does not occur within 40 years",
		"FREQ=MONTHLY;BYMONTHDAY=1;BYSETPOS=2":   "it does not occur within 40 years",
		"FREQ=HOURLY;INTERVAL=24;BYHOUR=5":       "it does not occur within 40 years",
		"FREQ=DAILY;BYHOUR=" + longList(24, 100): "want at most 255 bytes",
		"FREQ=YEARLY;INTERVAL=21":                "a year recurs every 20 years at most",
		"FREQ=MONTHLY;INTERVAL=241":              "a month recurs every 240 months at most",
		// In 2129, which takes as long to find out as the writer must not spare.
		"FREQ=HOURLY;INTERVAL=25;BYMONTH=3;BYMONTHDAY=20;BYHOUR=8;BYDAY=FR": "it does not occur within 40 years",
	} {
		c := schedule.CreateSchedule{Timing: by(rule, "2026-12-30T10:00:00Z", "UTC")}
		begun := time.Now()
		errs := c.Validate()
		assert.Less(t, time.Since(begun), time.Second, rule)
		i := slices.IndexFunc(errs, func(e ledger.FieldError) bool { return e.Pointer == "/rrule" })
		if assert.GreaterOrEqual(t, i, 0, rule) {
			assert.Equal(t, want, errs[i].Detail, rule)
		}
	}
}

func longList(bound, n int) string {
	var list []string
	for i := range n {
		list = append(list, fmt.Sprint(i%bound))
	}
	return strings.Join(list, ",")
}

// rules draws rules that occur, and what they are counted from.
func rules() *rapid.Generator[schedule.Timing] {
	return rapid.Custom(func(t *rapid.T) schedule.Timing {
		start := time.Date(2026, 3, 15, 0, 0, 0, 0, time.UTC).Add(time.Duration(rapid.IntRange(0, 2*366*24*60).Draw(t, "start")) * time.Minute)
		freq := rapid.SampledFrom([]string{"YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY"}).Draw(t, "freq")
		rule := "FREQ=" + freq
		maybe := func(name string, values ...string) {
			if rapid.IntRange(0, 3).Draw(t, name+"?") == 0 {
				rule += ";" + name + "=" + rapid.SampledFrom(values).Draw(t, name)
			}
		}
		maybe("INTERVAL", "1", "2", "3", "7", "12")
		maybe("WKST", "MO", "SU", "WE")
		maybe("BYMONTH", "1", "2,8", "12,3,6,9")
		switch freq {
		case "YEARLY":
			maybe("BYDAY", "MO", "-1SU", "5FR,TU")
			maybe("BYYEARDAY", "1,100,-1", "60,366")
		case "MONTHLY":
			maybe("BYDAY", "MO", "2TU", "-1FR,1WE")
			maybe("BYMONTHDAY", "31", "-1", "1,15,29")
			maybe("BYHOUR", "9", "0,12,23")
		case "WEEKLY":
			maybe("BYDAY", "MO", "TU,SA,SU")
			maybe("BYHOUR", "9", "0,12,23")
		case "DAILY":
			maybe("BYMONTHDAY", "31", "-1", "1,15,29")
			maybe("BYHOUR", "9", "0,12,23")
		case "HOURLY":
			maybe("BYDAY", "MO", "TU,SA,SU")
		}
		maybe("BYMINUTE", "0", "59")
		return schedule.Timing{RRule: rule, StartsAt: &start, TimeZone: "UTC"}
	})
}

// listing is the library's own, from the start on.
func listing(t require.TestingT, timing schedule.Timing, n int) (list []time.Time) {
	option, err := rrule.StrToROption(timing.RRule)
	require.NoError(t, err)
	option.Dtstart = *timing.StartsAt
	rule, err := rrule.NewRRule(*option)
	require.NoError(t, err)
	walk := rule.Iterator()
	for occurrence, ok := walk(); ok && len(list) < n; occurrence, ok = walk() {
		list = append(list, occurrence)
	}
	return list
}

// What is paid is what the rule's listing has, each once, whoever asks how often for what, and however long
// nobody does.
func TestWhatIsPaidIsTheRulesListing(t *testing.T) {
	t.Parallel()
	const many = 40
	often := rules().Filter(func(timing schedule.Timing) bool {
		list := listing(t, timing, many)
		return len(list) == many && list[many-1].Year() < 2090
	})
	rapid.Check(t, func(r *rapid.T) {
		timing := often.Draw(r, "rule")
		want := listing(r, timing, many)
		b := open(t, rapid.Bool().Draw(r, "cold"), "1000")
		c := b.pays("1", timing)
		id := b.make(c)
		var paid []time.Time
		for i := 0; i < len(want); {
			missed := rapid.IntRange(1, 30).Draw(r, "missed")
			last := want[min(i+missed, len(want))-1]
			if wait := last.Sub(b.Now()); wait > 0 {
				b.Advance(wait)
			}
			for range rapid.IntRange(1, 4).Draw(r, "asked") {
				asked := rapid.SampledFrom(append(want, b.state(id).NextAt)).Draw(r, "for")
				a := b.When(schedule.CommandRunSchedules, schedule.RunSchedules{Due: []schedule.Occurrence{
					{ScheduleID: id, At: asked}, {ScheduleID: id, At: b.state(id).NextAt}, {ScheduleID: id, At: asked},
				}})
				for _, e := range a.Events {
					if body, ok := e.Body.(schedule.RanOnce); ok {
						paid = append(paid, body.Occurrence)
					}
				}
			}
			i = len(paid)
			require.NotZero(r, i)
		}
		require.Equal(r, want, paid[:len(want)])
		require.Equal(r, fmt.Sprint(len(paid)), b.has())
		require.Equal(r, b.State(), b.Replay(cores()...).State())
	})
}

// Whatever somebody writes, an answer comes, and soon.
func TestAnyRuleIsAnswered(t *testing.T) {
	t.Parallel()
	numbers := rapid.SliceOfN(rapid.OneOf(rapid.IntRange(-55, 55), rapid.IntRange(-366, 366), rapid.IntRange(0, 2000)), 1, 3)
	parts := []string{"INTERVAL", "COUNT", "BYMONTH", "BYWEEKNO", "BYYEARDAY", "BYMONTHDAY", "BYDAY", "BYHOUR", "BYMINUTE", "BYSECOND", "BYSETPOS", "WKST"}
	rapid.Check(t, func(r *rapid.T) {
		text := "FREQ=" + rapid.SampledFrom([]string{"YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY"}).Draw(r, "freq")
		for _, part := range rapid.SliceOfNDistinct(rapid.SampledFrom(parts), 0, 4, rapid.ID[string]).Draw(r, "parts") {
			var values []string
			for _, n := range numbers.Draw(r, part) {
				value := fmt.Sprint(n)
				if part == "BYDAY" || part == "WKST" {
					value = rapid.SampledFrom([]string{"", value}).Draw(r, "n") + rapid.SampledFrom([]string{"MO", "WE", "SU"}).Draw(r, "day")
				}
				values = append(values, value)
			}
			text += ";" + part + "=" + strings.Join(values, ",")
		}
		begun := time.Now()
		timing := by(text, "2027-03-27T01:30:00Z", "Europe/Berlin")
		if errs := (schedule.CreateSchedule{Timing: timing}).Validate(); !slices.ContainsFunc(errs, func(e ledger.FieldError) bool { return e.Pointer == "/rrule" }) {
			last := time.Time{}
			for _, occurrence := range timing.First(*timing.StartsAt, 5) {
				require.True(r, occurrence.After(last), text)
				last = occurrence
			}
		}
		require.Less(r, time.Since(begun), 2*time.Second, text)
	})
}

// The densest of rules, far from its start and at the end of its period, costs the writer little.
func BenchmarkNext(b *testing.B) {
	for _, rule := range []string{"FREQ=HOURLY", "FREQ=MONTHLY;BYMONTHDAY=-1", "FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR,SA,SU", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYHOUR=" + longList(24, 24)} {
		b.Run(rule, func(b *testing.B) {
			timing := by(rule, "2026-01-01T00:30:00Z", "Europe/Berlin")
			for b.Loop() {
				require.Len(b, timing.First(at("2035-12-30T00:00:00Z"), 1), 1)
			}
		})
	}
}
