DELETE FROM email_address WHERE token = $1
