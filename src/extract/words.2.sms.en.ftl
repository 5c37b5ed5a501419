# The words of version 2 of the extract format for short messages, beside the others of version 2. Never changed: issued extracts are verified by them.

talk-taken-sms = Of a short message "sent" says that the gateway took it, and "delivered" that the gateway reported that the phone has it; "not sent" says of one that was sent that the gateway reported that it was not delivered.
step-contact-chosen = way of messages chosen
step-message-delivered = message delivered
said-gateway = gateway
said-gateway_id = mark at the gateway
said-parts = parts
said-instead_of = instead of the message
said-reported_for = instant reported by the gateway
