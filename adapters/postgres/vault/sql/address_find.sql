SELECT token FROM email_address WHERE digest = $1
