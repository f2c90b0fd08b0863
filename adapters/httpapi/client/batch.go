package client

// TransactionItem is one of CreateTransactionBatch.
type TransactionItem = CreateTransaction

// TransferItem is one of CreateTransferBatch.
type TransferItem = CreateTransfer
