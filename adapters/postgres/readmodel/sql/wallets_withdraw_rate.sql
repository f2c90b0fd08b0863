DELETE FROM {schema}.exchange_rate WHERE sold = @from AND bought = @to
