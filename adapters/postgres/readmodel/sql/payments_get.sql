SELECT position, coalesce(opened, 0), coalesce(judged, 0), version FROM {payments}.payment WHERE position = @position
