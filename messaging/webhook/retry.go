package webhook

import "time"

// Next returns when to try again what has failed tries times, for the last time at now, and is given up at giveUp; ok
// is false when there is no time left. The last attempt is at giveUp itself.
//
// asked is how long the receiver has asked to be left alone (0: it has not); no longer than 8 h of it count. jitter is
// any number from 0 on: it makes the pause longer by a fifth at most.
func Next(tries int, now, giveUp time.Time, asked time.Duration, jitter uint) (at time.Time, ok bool) {
	if !now.Before(giveUp) {
		return time.Time{}, false
	}
	pause := longestPause
	if schedule := Schedule(); tries >= 1 && tries <= len(schedule) {
		pause = schedule[tries-1]
	}
	pause = max(pause, min(asked, longestPause))
	pause += pause * time.Duration(jitter%(jitterPerMille+1)) / 1000
	if at = now.Add(pause); at.After(giveUp) {
		at = giveUp
	}
	return at, true
}
