# The words of version 2 of the extract format for short messages, beside the others of version 2. Never changed: issued extracts are verified by them.

talk-taken-sms = Об SMS «отправлено» значит, что его принял шлюз, а «доставлено» — что шлюз сообщил о получении телефоном; «не отправлено» об уже отправленном — что шлюз сообщил о недоставке.
step-contact-chosen = способ доставки сообщений выбран
step-message-delivered = сообщение доставлено
said-gateway = шлюз
said-gateway_id = метка у шлюза
said-parts = частей
said-instead_of = вместо сообщения
said-reported_for = момент по отчёту шлюза
