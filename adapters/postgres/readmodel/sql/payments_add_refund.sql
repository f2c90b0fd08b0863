INSERT INTO {schema}.refund (position, payment, version) VALUES (@position, @payment, @position)
