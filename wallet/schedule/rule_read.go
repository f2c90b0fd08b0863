package schedule

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/teambition/rrule-go"
)

// ruleParts are the parts that a rule may have.
func ruleParts() []string {
	return []string{"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYMONTH", "BYWEEKNO", "BYYEARDAY", "BYMONTHDAY", "BYDAY",
		"BYHOUR", "BYMINUTE", "BYSECOND", "BYSETPOS"}
}

// ReadRule reads a recurrence rule, such as FREQ=MONTHLY;BYMONTHDAY=-1;BYHOUR=9. It is not yet counted from
// anything. What it takes is RFC 5545 with these limits: FREQ is HOURLY or slower and there is at most one BYMINUTE
// and one BYSECOND, so that it never comes more often than once an hour; a YEARLY one has one BYHOUR, since its year is
// worked out as a whole; BYSETPOS is not for HOURLY.
//
// Errors: what is wrong with it, for whoever wrote it.
func ReadRule(text string) (r Rule, err error) {
	if len(text) > MaxRule {
		return r, fmt.Errorf("want at most %d bytes", MaxRule)
	}
	seen := map[string]bool{}
	parts := strings.Split(strings.ToUpper(text), ";")
	for _, part := range parts {
		name, value, found := strings.Cut(part, "=")
		switch {
		case !found || value == "":
			return r, fmt.Errorf("%q is no part of a rule: want NAME=VALUE, with semicolons between, such as FREQ=MONTHLY;BYMONTHDAY=1", part)
		case !slices.Contains(ruleParts(), name):
			return r, fmt.Errorf("there is no part %s: want some of %s", name, strings.Join(ruleParts(), ", "))
		case seen[name]:
			return r, fmt.Errorf("%s is there twice", name)
		}
		seen[name] = true
		if err := checkPart(name, part); err != nil {
			return r, err
		}
	}
	if !seen["FREQ"] {
		return r, errors.New("want FREQ, such as FREQ=MONTHLY")
	}
	option, err := rrule.StrToROption(strings.Join(parts, ";"))
	if err != nil {
		return r, err
	}
	r.option = *option
	if err := r.checkParts(seen); err != nil {
		return r, err
	}
	r.count, r.until = option.Count, endOf(parts)
	r.option.Count, r.option.Until = 0, time.Time{}
	return r, nil
}

// checkPart checks one part by itself.
func checkPart(name, part string) error {
	alone := "FREQ=YEARLY;" + part
	if name == "FREQ" {
		alone = part
	}
	option, err := rrule.StrToROption(alone)
	if err == nil {
		_, err = rrule.NewRRule(*option)
	}
	switch {
	case err != nil:
		return fmt.Errorf("%s is not what RFC 5545 has for %s", part, name)
	case option.Freq > rrule.HOURLY:
		return errors.New("want FREQ=HOURLY or slower")
	case name == "INTERVAL" && (option.Interval < 1 || option.Interval > MaxInterval):
		return fmt.Errorf("want an INTERVAL of 1 to %d", MaxInterval)
	case name == "COUNT" && (option.Count < 1 || option.Count > MaxCount):
		return fmt.Errorf("want a COUNT of 1 to %d", MaxCount)
	case len(option.Byminute) > 1 || len(option.Bysecond) > 1:
		return fmt.Errorf("want one %s: nothing comes more often than once an hour", name)
	}
	return nil
}

// checkParts checks what parts do together: what RFC 5545 has, and what [ReadRule] says.
func (r Rule) checkParts(has map[string]bool) error {
	o, numbered, widest := &r.option, false, 0
	for _, day := range o.Byweekday {
		numbered = numbered || day.N() != 0
		widest = max(widest, day.N(), -day.N())
	}
	switch {
	case has["COUNT"] && has["UNTIL"]:
		return errors.New("want COUNT or UNTIL, not both")
	case o.Freq == rrule.YEARLY && o.Interval > maxYears:
		return fmt.Errorf("a year recurs every %d years at most", maxYears)
	case o.Freq == rrule.MONTHLY && o.Interval > 12*maxYears:
		return fmt.Errorf("a month recurs every %d months at most", 12*maxYears)
	case len(o.Byhour) > 1 && o.Freq == rrule.YEARLY:
		return errors.New("more than one BYHOUR is for FREQ=MONTHLY or faster")
	case has["BYWEEKNO"] && o.Freq != rrule.YEARLY:
		return errors.New("BYWEEKNO is for FREQ=YEARLY")
	case has["BYYEARDAY"] && o.Freq != rrule.YEARLY && o.Freq != rrule.HOURLY:
		return errors.New("BYYEARDAY is for FREQ=YEARLY or HOURLY")
	case has["BYMONTHDAY"] && o.Freq == rrule.WEEKLY:
		return errors.New("BYMONTHDAY is not for FREQ=WEEKLY")
	case numbered && (o.Freq > rrule.MONTHLY || has["BYWEEKNO"]):
		return errors.New("a BYDAY with a number is for FREQ=MONTHLY or YEARLY, without BYWEEKNO")
	case widest > 5 && (o.Freq == rrule.MONTHLY || has["BYMONTH"]):
		return errors.New("a month has no more than five of any weekday")
	case has["BYSETPOS"] && o.Freq == rrule.HOURLY:
		return errors.New("BYSETPOS is not for FREQ=HOURLY")
	case has["BYSETPOS"] && !slices.ContainsFunc(ruleParts(), func(name string) bool {
		return name != "BYSETPOS" && strings.HasPrefix(name, "BY") && has[name]
	}):
		return errors.New("BYSETPOS chooses among what another BY part gives")
	}
	return nil
}

// endOf is what UNTIL says. A date is its whole day.
func endOf(parts []string) end {
	for _, part := range parts {
		text, found := strings.CutPrefix(part, "UNTIL=")
		if !found {
			continue
		}
		// It was read before, and so is of one of these forms.
		if at, err := time.Parse(rrule.DateTimeFormat, text); err == nil {
			return end{at, true}
		}
		if at, err := time.Parse(rrule.LocalDateTimeFormat, text); err == nil {
			return end{at, false}
		}
		if at, err := time.Parse(rrule.DateFormat, text); err == nil {
			return end{at.Add(24*time.Hour - time.Second), false}
		}
	}
	return end{}
}
