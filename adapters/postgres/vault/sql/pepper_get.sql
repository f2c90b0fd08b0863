SELECT master, wrapped FROM pepper
