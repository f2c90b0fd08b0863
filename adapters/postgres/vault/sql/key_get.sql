SELECT master, wrapped FROM person_key WHERE person = $1
