CREATE INDEX mailbox_box ON {schema}.mailbox (owner, box, position);
CREATE INDEX mailbox_counterpart ON {schema}.mailbox (owner, counterpart, position);
CREATE INDEX mailbox_thread ON {schema}.mailbox (owner, thread, position);
CREATE INDEX mailbox_unread ON {schema}.mailbox (owner, position) WHERE unread;
CREATE INDEX mailbox_words_found ON {schema}.mailbox_words USING gin ((subject || body));
