// Package schedule pays from one wallet to another at times that are set beforehand: once, or by a rule.
//
// Its rules, in the words of a bookkeeper:
//
//   - A schedule is an order to pay: a transfer, and when. Nothing is set aside for it: whether it can be
//     paid is judged when its time has come, as it would be if its maker asked for it then.
//   - Each occurrence is paid once. The schedule knows which is the next; whoever asks for another one, or
//     for the same one again, moves nothing.
//   - What was missed because nothing ran is paid as soon as something does: each occurrence, in order. It is
//     booked at the time at which it is paid.
//   - What is refused is not tried again: the next occurrence is. The owner is told. A schedule that is refused
//     [MaxRefusals] times in a row is paused, and one that can never be paid again ends.
//   - A paused schedule lets its occurrences pass. They are not made up for.
//   - Rules are those of RFC 5545, by the clock on the wall of the schedule's time zone: [Rule].
//   - A schedule that has ended is kept, and never runs again.
//
// Source: docs/adr/0021-schedules.md.
package schedule
