# The words of version 2 of the extract format for short messages, beside the others of version 2. Never changed: issued extracts are verified by them.

talk-taken-sms = SMS туралы «жіберілді» дегені — оны шлюз қабылдады, «жеткізілді» дегені — телефон алғанын шлюз хабарлады; жіберілген SMS туралы «жіберілмеді» дегені — оның жеткізілмегенін шлюз хабарлады.
step-contact-chosen = хабарлама арнасы таңдалды
step-message-delivered = хабарлама жеткізілді
said-gateway = шлюз
said-gateway_id = шлюздегі белгі
said-parts = бөліктер
said-instead_of = мына хабарламаның орнына
said-reported_for = шлюз хабарлаған сәт
