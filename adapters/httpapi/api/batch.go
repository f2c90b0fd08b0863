package api

import "encoding/json"

// TransactionItem is one of CreateTransactionBatch, before it is decoded.
type TransactionItem = json.RawMessage

// TransferItem is one of CreateTransferBatch, before it is decoded.
type TransferItem = json.RawMessage
