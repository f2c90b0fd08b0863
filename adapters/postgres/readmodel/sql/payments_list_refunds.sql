SELECT position, version
  FROM {payments}.refund
 WHERE payment = @payment
   AND (@before::bigint = 0 OR position < @before)
 ORDER BY position DESC
 LIMIT @limit
