INSERT INTO {schema}.refund (position, payment, version, status) VALUES (@position, @payment, @position, @status)
