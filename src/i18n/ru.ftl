# Русские тексты. Ключи одни и те же в трёх файлах: kk.ftl, ru.ftl, en.ftl.
# Проверяет tests/spec/domain.rs.

## Words of the program

### Languages

language-kk = казахский
language-ru = русский
language-en = английский

### Units of size

unit-byte = { $count } байт
unit-kib = { $count } КиБ
unit-mib = { $count } МиБ

### Kinds of documents

kind-offer-acceptance = Акцепт оферты (согласие)
kind-completion-act = Акт выполненных работ (оказанных услуг)
kind-payment-invoice = Счёт на оплату
kind-letter = Письмо
kind-arbitrary-file = Документ произвольной формы

### States of a document

state-draft = черновик, не подписан
state-recording = записывается в журнал
state-check-pending = подпись проверяется
state-received = получен
state-accepted = подписан обеими сторонами
state-rejected = получатель отказал
state-withdrawn = отозван отправителем
state-check-failed = проверка не пройдена, считается не полученным

### States of an extract

state-prepared = подготовлена, ждёт подписи
state-stale = журнал с тех пор изменился, подготовьте заново
state-issued = выдана

### Sides

side-sender = отправитель
side-recipient = получатель

### Roles that the CA wrote into a certificate

role-head = первый руководитель
role-sign-right = лицо с правом подписи
role-finance-right = лицо с правом подписи финансовых документов
role-hr = сотрудник отдела кадров
role-employee = сотрудник организации
role-information-system = информационная система юридического лица
role-treasury = клиент казначейства
role-natural-person = физическое лицо
role-legal-entity = юридическое лицо

### What a key is for

purpose-any = любое назначение
purpose-sign = подписание
purpose-auth = вход в систему
purpose-ca = выпуск свидетельств
purpose-ocsp = ответы OCSP
purpose-tsa = метки времени
purpose-crl-sign = списки отозванных свидетельств
purpose-other = иное назначение

### Who is behind a certificate

signer-kind-person = физическое лицо
signer-kind-organization = лицо, действующее от организации
signer-kind-information-system = информационная система

### What a member may do, registered certificates, cases of compromise

capability-sign = готовить и подписывать
capability-draft = только готовить черновики
certificate-state-active = действует
certificate-state-suspended = приостановлено
certificate-state-annulled = аннулировано
case-state-open = рассматривается
case-state-annulled = подтверждён, свидетельство снято с регистрации
case-state-lifted = приостановка снята
pruning-state-open = не завершён другой
pruning-state-proposed = ждёт другое уполномоченное лицо
pruning-state-approved = утверждён
pruning-state-refused = отклонён
pruning-state-done = выполнен
pruning-state-disagreed = в журнале нет согласия двух уполномоченных лиц
court-state-recorded = ждёт другого уполномоченного лица
court-state-approved = одобрен
court-state-refused = отклонён
court-state-answered = исполнен

## Verdicts on signatures (ETSI EN 319 102-1)

indication-TOTAL-PASSED = действительна
indication-INDETERMINATE = не определено
indication-TOTAL-FAILED = недействительна
subindication-FORMAT_FAILURE = нарушен формат
subindication-HASH_FAILURE = содержимое отличается от подписанного
subindication-SIG_CRYPTO_FAILURE = значение подписи не соответствует ключу
subindication-REVOKED = свидетельство отозвано
subindication-EXPIRED = срок свидетельства истёк
subindication-NOT_YET_VALID = свидетельство ещё не действовало
subindication-SIG_CONSTRAINTS_FAILURE = подпись не отвечает требованиям
subindication-CHAIN_CONSTRAINTS_FAILURE = цепочка свидетельств не отвечает требованиям
subindication-CERTIFICATE_CHAIN_GENERAL_FAILURE = цепочка свидетельств не проверена
subindication-CRYPTO_CONSTRAINTS_FAILURE = алгоритм не считается надёжным
subindication-CRYPTO_CONSTRAINTS_FAILURE_NO_POE = алгоритм больше не надёжен, а время подписания не доказано
subindication-TIMESTAMP_ORDER_FAILURE = нарушен порядок меток времени
subindication-NO_SIGNING_CERTIFICATE_FOUND = свидетельство подписавшего не найдено
subindication-NO_CERTIFICATE_CHAIN_FOUND = свидетельство не ведёт к доверенному центру
subindication-REVOKED_NO_POE = свидетельство отозвано, а подписание до отзыва не доказано
subindication-REVOKED_CA_NO_POE = отозвано свидетельство центра
subindication-OUT_OF_BOUNDS_NO_POE = вне срока свидетельства, а время подписания не доказано
subindication-OUT_OF_BOUNDS_NOT_REVOKED = вне срока свидетельства, оно не отозвано
subindication-TRY_LATER = статус свидетельства пока неизвестен
subindication-SIGNED_DATA_NOT_FOUND = подписанное содержимое не предоставлено

### Verdicts on extracts

subindication-OPERATOR_MISMATCH = выписка другого оператора
subindication-LOG_MISMATCH = выписка из другого журнала
subindication-OFFICER_MISMATCH = подписано не тем лицом, которое названо в выписке
subindication-JOURNAL_FAILURE = доказательства журнала не сходятся
subindication-FACTS_MISMATCH = документы и журнал противоречат друг другу
subindication-OPERATOR_NOT_PINNED = не указано, чья выписка ожидается
subindication-CHECKPOINT_NOT_PROVEN = время контрольной точки не доказано
subindication-NO_POE = не доказано, что подпись тогда была
subindication-WITNESS_NOT_FOUND = нет подписи ожидаемого свидетеля
subindication-LEVEL_NOT_SHOWN = требуемый уровень полноты не показан

### The mathematics alone; how much is covered

crypto-ok = верна
crypto-hash_failure = содержимое изменено
crypto-sig_crypto_failure = значение подписи неверно
crypto-not_checked = не проверялась
crypto-unsupported = алгоритм не поддерживается
covers-all = весь документ
covers-part = часть документа

### What a time stamp covers

time-stamp-signature = над подписью
time-stamp-content = над содержимым
time-stamp-data = над данными

### Why there is no certification path (codes of `PathError`)

path-no-path = ни одно свидетельство издателя не ведёт к доверенному центру
path-bad-signature = подпись на свидетельстве не соответствует ключу издателя
path-unsupported-algorithm = алгоритм в свидетельстве не поддерживается
path-malformed-extension = расширение свидетельства повреждено
path-not-a-ca = свидетельство в цепочке не принадлежит удостоверяющему центру
path-key-usage = ключу в цепочке не разрешено подписывать свидетельства
path-path-too-long = цепочка длиннее допустимого
path-unknown-critical-extension = в свидетельстве неизвестное критическое расширение
path-name-constraints = имя вне пределов, разрешённых центру
path-policy = политики свидетельств не подходят
path-wrong-purpose = ключ предназначен для другого
path-not-yet-valid = свидетельство в этот момент ещё не действовало
path-expired = срок свидетельства к этому моменту истёк
path-revoked = свидетельство в цепочке отозвано
path-revocation-unknown = ничто не доказывает, что свидетельство не отозвано
path-budget-exhausted = поиск цепочки превысил допустимый объём работы

### pki ocsp, crl, tsp: почему ответу нельзя верить

answer-malformed-request = служба не смогла прочитать запрос
answer-internal-error = у службы внутренняя ошибка
answer-try-later = служба просит обратиться позже
answer-sig-required = служба отвечает только на подписанные запросы
answer-unauthorized = служба на этот вопрос не отвечает
answer-issuer-not-found = среди данных свидетельств нет свидетельства издателя
answer-unsupported-algorithm = алгоритм не поддерживается
answer-bad-signature = подпись не сходится
answer-unknown-critical-extension = есть неизвестное критическое расширение
answer-certificate-not-answered = в ответе нет ничего об этом свидетельстве
answer-responder-not-found = свидетельство службы не найдено
answer-responder-of-another-issuer = свидетельство службы выдал не сам этот центр
answer-responder-purpose = ключ службы не предназначен для ответов о статусе
answer-responder-is-the-certificate = свидетельство отвечает само за себя
answer-responder-not-yet-valid = свидетельство службы ещё не действовало
answer-responder-expired = срок свидетельства службы истёк
answer-nonce-missing = в ответе нет числа запроса (nonce)
answer-nonce-mismatch = число в ответе (nonce) не то, что в запросе
answer-produced-in-future = ответ подписан позже указанного момента
answer-not-yet-valid = выпущено позже указанного момента
answer-expired = срок действия к указанному моменту истёк
answer-too-old = следующее обновление не указано, а ответ слишком старый
answer-certificate-expired-before = срок свидетельства истёк раньше: о нём могли уже забыть
answer-no-next-update = в списке нет времени следующего обновления
answer-no-crl-sign = ключу издателя не разрешено подписывать списки
answer-another-key = список подписан другим ключом с тем же именем издателя
answer-out-of-scope = список не о таких свидетельствах
answer-only-some-reasons = список лишь о части причин отзыва
answer-listed-twice = свидетельство стоит в списке дважды
answer-removed-in-full-list = снятие с отзыва стоит в полном списке
answer-delta-without-base = это лишь список изменений, полного списка нет
answer-not-a-delta = второй список не список изменений
answer-delta-mismatch = список изменений не подходит к полному
answer-budget-exhausted = проверка превысила допустимый объём работы
answer-granted = метка выдана
answer-granted-with-mods = метка выдана с изменениями
answer-rejection = служба отказала в метке
answer-waiting = метка ещё не готова
answer-revocation-warning = служба отказала: близится отзыв
answer-revocation-notification = служба отказала: свидетельство отозвано
answer-signer-count = подписавших метку не один
answer-imprint-mismatch = метка поставлена на другие данные
answer-gen-time-in-future = время метки позже указанного момента
answer-signer-not-found = свидетельство службы меток времени не найдено
answer-certificate-reference = ссылка в метке не на свидетельство службы
answer-revoked = свидетельство службы отозвано

### Status of a certificate and reasons of revocation (RFC 5280)

revocation-good = не отозвано
revocation-revoked = отозвано
revocation-on-hold = приостановлено удостоверяющим центром
revocation-unknown = статус неизвестен
revocation-reason-unspecified = причина не указана
revocation-reason-keyCompromise = компрометация ключа
revocation-reason-cACompromise = компрометация ключа центра
revocation-reason-affiliationChanged = изменились данные владельца
revocation-reason-superseded = заменено другим свидетельством
revocation-reason-cessationOfOperation = больше не нужно
revocation-reason-certificateHold = приостановка
revocation-reason-removeFromCRL = приостановка снята
revocation-reason-privilegeWithdrawn = полномочие отозвано
revocation-reason-aACompromise = компрометация ключа центра атрибутов
revocation-mode-chain = проверяется вся цепочка
revocation-mode-leaf = проверяется только свидетельство подписавшего
revocation-mode-none = отзыв не проверяется

### The four conditions of legal effect (agreement 5.2.3)

condition-authentic = подлинность ЭЦП подтверждена
condition-certificate-valid = свидетельство действовало в моменты подписания и получения
condition-recorded = документ зафиксирован оператором в журнале
condition-within-agreement = ЭЦП использована в рамках соглашения, к которому присоединились обе стороны

## Words inside problems

### Reasons

reason-too-deep = слишком много уровней вложенности (предел { $limit })
reason-not-json = это не JSON
reason-duplicate-member = поле встречается дважды
reason-number-form = не целое число или слишком большое
reason-other-type = вид документа не тот, что указан в запросе
reason-both-iin-and-bin = указаны и ИИН, и БИН: оставьте что-то одно
reason-duplicate-name = у двух файлов одно имя
reason-too-long = слишком длинно (предел { $limit })
reason-file-name = в имени файла недопустимые символы
reason-empty-file = файл пуст
reason-media-type = тип файла не в форме type/subtype
reason-file-size = размер файла вне допустимых пределов
reason-not-a-digest = не SHA-256: нужны 64 строчные шестнадцатеричные цифры
reason-not-an-object = нужен объект JSON
reason-not-a-text = нужен текст
reason-not-a-list = нужен список
reason-not-yes-or-no = нужно true или false
reason-not-a-whole-number = нужно целое число
reason-negative = число не может быть отрицательным
reason-forbidden-character = есть символ, который скрывает или переворачивает текст
reason-too-many-items = слишком много элементов (предел { $limit })
reason-unknown-member = такого поля в этом виде документа нет
reason-other-place = местом заключения должно быть «Almaty»
reason-not-an-id = это не идентификатор
reason-unknown-language = язык должен быть kk, ru или en
reason-unknown-client-kind = вид клиента должен быть person, sole-trader или organization
reason-not-for-this-client-kind = для этого вида клиента такое поле не указывается
reason-not-a-position = такого места в ленте нет: укажите последнее из полученных
reason-not-a-quantity = количество неверно: нужно положительное число, не более шести знаков после точки
reason-page-count = число страниц должно быть от 1 до 100 000
reason-number = номер слишком длинный или содержит недопустимые символы
reason-other-addressee = в документе указан другой получатель
reason-text-empty-or-twice = текст на этом языке пуст или дан дважды
reason-not-one-cms = это не одна CMS в DER, PEM или base64
reason-too-many-time-stamps = слишком много меток времени (предел { $limit })
reason-not-a-certificate = это не сертификат X.509 (DER, PEM или base64)
reason-not-twelve-digits = нужно двенадцать цифр
reason-check-digit = контрольная цифра не сходится
reason-identifier-layout = дата или вид внутри номера не существует
reason-code-form = неверная запись
reason-no-person = в свидетельстве не названо физическое лицо
reason-not-a-date = нужна дата календаря в виде ГГГГ-ММ-ДД
reason-not-an-instant = нужно время UTC по RFC 3339, например 2026-11-22T05:15:02Z
reason-not-a-local-time = нужны дата и время Казахстана, например 2026-11-22T10:15
reason-due-before-issue = срок оплаты раньше даты счёта
reason-not-after-last-version = нужно время позже начала действия предыдущей редакции
reason-consent-not-of-now = момент согласия не относится к текущему времени
reason-form = форму нельзя прочитать
reason-outside-notice = время в прошлом или дальше пяти лет
reason-court-order = запрос датируют до получения, получают не позже нынешнего момента, а срок ответа ещё впереди
reason-period-ahead = период ещё не закончился: его конец должен быть не позже нынешнего момента
reason-kind-not-by-upload = документ этого вида читается целиком и приходит вместе с запросом: заранее загружается только файл произвольной формы
reason-file-and-upload = указаны и файл, и загрузка: оставьте что-то одно
reason-unknown-digest = такой хэш не вычисляется; список — в GET /api/v1/uploads
reason-court-due-far = срок ответа — не позднее чем через 92 дня

### Identifiers

identifier-iin = ИИН
identifier-bin = БИН
identifier-email = электронная почта
identifier-phone = телефон (+7 и десять цифр)
identifier-iik = ИИК (IBAN)
identifier-bik = БИК
identifier-kbe = КБе
identifier-knp = КНП

### Requisites: members of documents

requisite-account = банковский счёт
requisite-authority = суд или орган
requisite-reference = номер запроса
requisite-ground = основание
requisite-words = что запрошено
requisite-scope = что запрошено
requisite-address = адрес
requisite-addressee = адресат
requisite-amount_tiyn = стоимость
requisite-bank = банк
requisite-beneficiary = бенефициар
requisite-bik = БИК
requisite-bin = БИН (или ИИН)
requisite-body = текст письма
requisite-client = данные клиента
requisite-consents = согласия
requisite-customer = заказчик
requisite-date = дата
requisite-declarations = заверения
requisite-due_date = срок оплаты
requisite-email = электронная почта
requisite-executor = исполнитель
requisite-file = проверяемый файл
requisite-id = идентификатор
requisite-iik = ИИК (IBAN)
requisite-iin = ИИН
requisite-kbe = КБе
requisite-kind = вид
requisite-knp = КНП
requisite-language = язык
requisite-lines = таблица работ (товаров)
requisite-made_at = время согласия
requisite-marketing = согласие на рекламу (да или нет)
requisite-media_type = тип файла
requisite-name = наименование или ФИО
requisite-number = номер
requisite-offer = оферта
requisite-operator = оператор
requisite-organization = наименование организации
requisite-original = файл документа
requisite-file_name = имя файла
requisite-pages = число страниц
requisite-payer = плательщик
requisite-phone = телефон
requisite-place = место заключения
requisite-position = должность
requisite-price_tiyn = цена
requisite-quantity = количество
requisite-rate = ставка НДС
requisite-recipient = получатель
requisite-sender = отправитель
requisite-sha256 = SHA-256
requisite-signatory = должность и ФИО ответственного лица
requisite-size = размер файла
requisite-subject = тема письма
requisite-title = название
requisite-total_tiyn = итого с НДС
requisite-turnover_date = дата совершения оборота
requisite-type = вид документа
requisite-unit = единица измерения
requisite-vat = НДС
requisite-vat_total_tiyn = итого НДС
requisite-version = версия

### Declarations and consents of an acceptance

declaration-text_read_in_full = текст прочитан полностью
declaration-terms_understood = условия понятны
declaration-data_true = данные верны
declaration-lawful_key_holder = законный владелец ключа ЭЦП
declaration-own_personal_data = персональные данные мои собственные
declaration-own_email = электронная почта моя собственная
declaration-own_phone = телефон мой собственный
declaration-technical_terms_known = технические условия известны
declaration-risks_known = риски известны
declaration-personal_data = согласие на обработку персональных данных

### Fields of a client compared with his certificate

field-iin = ИИН
field-bin = БИН
field-name = ФИО
field-organization = наименование организации
field-kind = вид клиента

## Problems: what happened, and what to do

### Content

problem-malformed-json-title = JSON не прочитан
problem-malformed-json-detail = { $place }: { $reason }. Исправьте и отправьте снова.
problem-malformed-cms-title = Это не файл ЭЦП
problem-malformed-cms-detail = { $reason }. Отправьте подпись CMS от NCALayer без изменений.
problem-malformed-content-title = Документ не отвечает формату
problem-malformed-content-detail = { $pointer }: { $reason }. Исправьте это место и подпишите документ заново.
problem-malformed-consent-title = Согласие не отвечает установленной форме
problem-malformed-consent-detail = { $pointer }: { $reason }. Подпишите согласие со страницы регистрации.
problem-missing-requisite-title = Нет обязательного реквизита
problem-missing-requisite-detail = Заполните: { $requisite } ({ $pointer }).
problem-sum-mismatch-title = Сумма не сходится
problem-sum-mismatch-detail = { $pointer }: указано { $given }, по расчёту { $expected }. Исправьте сумму.
problem-vat-rate-mismatch-title = Ставка НДС не соответствует дате оборота
problem-vat-rate-mismatch-detail = { $pointer }: на { $date } ставка { $rate } не применяется. Допустимы: { $allowed } (none — без НДС).
problem-identifier-invalid-title = Неверный идентификатор или реквизит
problem-identifier-invalid-detail = { $identifier } ({ $pointer }): { $reason }. Проверьте и исправьте.
problem-date-invalid-title = Неверная дата или время
problem-date-invalid-detail = { $pointer }: { $reason }.
problem-attachment-missing-title = Приложение не загружено
problem-attachment-missing-detail = В документе назван файл «{ $name }», но он не пришёл. Приложите его.
problem-attachment-mismatch-title = Приложение отличается от указанного
problem-attachment-mismatch-detail = SHA-256 файла «{ $name }» не равен указанному в документе. Отправьте тот самый файл.
problem-attachment-unlisted-title = Приложение не названо в документе
problem-attachment-unlisted-detail = Файл «{ $name }» не назван в документе, и подпись его не охватывает. Впишите его в документ или уберите.
problem-content-not-canonical-title = Документ не в канонической форме
problem-content-not-canonical-detail = Отличается от формы RFC 8785 с байта { $offset }. Возьмите канонические байты и подпишите их.
problem-upload-too-large-title = Файл слишком большой
problem-upload-too-large-detail = Предел — { $limit }. Уменьшите файл или разделите его.
problem-upload-unknown-title = Такой загрузки нет
problem-upload-unknown-detail = Её уже использовал документ, её срок истёк, или она принадлежит другой стороне. Загрузите файл снова.
problem-upload-incomplete-title = Загрузка прервалась раньше конца
problem-upload-incomplete-detail = Ничего из неё не сохранено. Отправьте файл снова.
problem-too-many-uploads-title = Слишком много загрузок
problem-too-many-uploads-detail = У одной стороны не больше { $limit } загрузок, которые не использовал ни один документ. Отправьте документы, для которых они сделаны, или удалите их (DELETE /api/v1/uploads/…).
problem-digest-not-taken-title = Хэш, который нужен этой подписи, не вычислен
problem-digest-not-taken-detail = Подпись использует { $digest }; при загрузке файла вычислены: { $taken }. Загрузите его снова и запросите { $digest } (digests=…) или подпишите другим ключом.
problem-too-many-files-title = Слишком много файлов
problem-too-many-files-detail = В одном документе не больше { $limit } файлов. Остальные отправьте отдельно.
problem-several-files-title = По одному файлу
problem-several-files-detail = В одном поле пришло несколько файлов, а принимается один. Выберите один и отправьте снова.
problem-too-many-documents-title = Слишком много документов
problem-too-many-documents-detail = В одной выписке не больше { $limit } документов. Остальные запросите в другой.
problem-history-too-long-title = История стороны слишком длинна
problem-history-too-long-detail = Выписка показывает записи журнала о стороне без пропусков, не больше { $limit }. Запросите отдельные документы.
problem-extract-too-large-title = Документы слишком велики для выписки
problem-extract-too-large-detail = В выписку входят файлы общим размером не больше { $limit }. Запросите большой документ отдельно: его файл и подпись (.p7s) скачиваются с его страницы и проверяются вместе командой «qolhat verify»; квитанция оператора связывает SHA-256 файла с журналом.
problem-media-type-refused-title = Такой тип файла не принимается
problem-media-type-refused-detail = «{ $name }» — { $media_type }. Принимаются: { $allowed }.
problem-unknown-kind-title = Неизвестный вид или версия документа
problem-unknown-kind-detail = { $kind }: такого вида или версии нет. Смотрите список видов.

### Signatures and certificates

problem-signature-content-mismatch-title = Подпись над другим содержимым
problem-signature-content-mismatch-detail = Файл изменён после подписания, или отправлен другой файл. Подпишите именно отправляемый файл.
problem-signature-invalid-title = Подпись недействительна
problem-signature-invalid-detail = Проверка не пройдена, документ не получен. Подпишите документ заново.
problem-signature-already-used-title = Эта подпись уже использована
problem-signature-already-used-detail = Именно эта подпись уже записана за другим документом. Подпишите этот документ заново.
problem-login-text-not-a-document-title = Текст для входа не подписывают как документ
problem-login-text-not-a-document-detail = Подпись под таким текстом открывает вход в систему. Его нельзя ни отправить как документ, ни подписать. Если вас об этом просят, сообщите оператору.
problem-signature-missing-title = Нет подписи
problem-signature-missing-detail = Неподписанный файл не является электронным документом. Подпишите его ЭЦП.
problem-signature-unsupported-title = Такая подпись не поддерживается
problem-signature-unsupported-detail = Алгоритм или форма: { $reason }. Подпишите действующим ключом НУЦ РК.
problem-several-signers-title = Несколько подписей в одном файле
problem-several-signers-detail = В файле подписей: { $count }, нужна одна. Отправьте каждую отдельно.
problem-certificate-expired-title = Срок свидетельства истёк
problem-certificate-expired-detail = Свидетельство действовало до { $not_after }, использовано { $at }. Получите новое в НУЦ РК.
problem-certificate-not-yet-valid-title = Свидетельство ещё не действует
problem-certificate-not-yet-valid-detail = Свидетельство действует с { $not_before }, использовано { $at }. Проверьте часы компьютера или подождите.
problem-certificate-revoked-title = Свидетельство отозвано
problem-certificate-revoked-detail = Отозвано: { $since }. Получите новое свидетельство в НУЦ РК и подпишите заново.
problem-certificate-on-hold-title = Свидетельство приостановлено
problem-certificate-on-hold-detail = Его приостановил удостоверяющий центр. Обратитесь в центр или подпишите другим свидетельством.
problem-certificate-untrusted-title = Нет доверия к свидетельству
problem-certificate-untrusted-detail = Издатель: { $issuer }. Он не ведёт к доверенному центру. Подпишите свидетельством НУЦ РК.
problem-certificate-status-unknown-title = Статус свидетельства неизвестен
problem-certificate-status-unknown-detail = Удостоверяющий центр не ответил вовремя, документ пока не получен. Повторите позже. Подробности: { $reason }.
problem-time-stamp-unavailable-title = Не получена метка времени
problem-time-stamp-unavailable-detail = Служба меток времени не ответила, время подписания не доказано. Повторите позже.
problem-authentication-key-used-for-signing-title = Подписано ключом для входа
problem-authentication-key-used-for-signing-detail = Ключ AUTH только для входа. Выберите ключ для подписи (RSA или GOST).
problem-signer-is-not-the-caller-title = Подписал другой человек
problem-signer-is-not-the-caller-detail = ИИН в подписи не тот, что у вошедшего. Подпишите своим ключом.
problem-wrong-capacity-title = Свидетельство от имени другой стороны
problem-wrong-capacity-detail = Личное свидетельство не обязывает организацию, и наоборот. Выберите свидетельство этой стороны.
problem-signer-lacks-authority-title = Нет полномочий на подпись
problem-signer-lacks-authority-detail = Роль: { $role }. Она не даёт права подписать: { $kind }. Пусть подпишет руководитель или лицо с правом подписи.
problem-key-compromised-title = Ключ заявлен как скомпрометированный
problem-key-compromised-detail = Новые документы с подписью этим ключом не принимаются. С какого времени: { $since }. Подпишите новым свидетельством или обратитесь к оператору.
problem-certificate-annulled-title = Свидетельство снято с регистрации
problem-certificate-annulled-detail = Оператор снял его с регистрации этого клиента. Зарегистрируйте новое.

### Offers

problem-offer-unknown-title = Такой оферты нет
problem-offer-unknown-detail = Проверьте ссылку или откройте список опубликованных оферт.
problem-offer-withdrawn-title = Оферта отозвана
problem-offer-withdrawn-detail = Она отозвана { $since } и больше не принимается. Прежние акцепты в силе.
problem-offer-not-in-force-title = Эта редакция оферты сейчас не действует
problem-offer-not-in-force-detail = Начало: { $from }, конец: { $until }. Откройте действующую редакцию.
problem-offer-language-missing-title = Нет текста на этом языке
problem-offer-language-missing-detail = Язык: { $language }. Откройте текст на другом языке или добавьте его.
problem-offer-text-mismatch-title = Принят другой текст
problem-offer-text-mismatch-detail = SHA-256 в согласии не от опубликованного текста. Откройте оферту заново и примите её текст.
problem-offer-version-exists-title = Эта редакция уже опубликована
problem-offer-version-exists-detail = Редакция { $version } неизменна. Опубликуйте новую.
problem-already-accepted-title = Оферта уже принята
problem-already-accepted-detail = Эта сторона уже приняла эту редакцию. Делать ничего не нужно.
problem-consent-mismatch-title = Согласие отличается от данных регистрации
problem-consent-mismatch-detail = { $pointer }: значение не то, что дано при регистрации. Составьте согласие заново и подпишите.
problem-declarations-incomplete-title = Не дано заверение или согласие
problem-declarations-incomplete-detail = Прочтите и подтвердите: { $declaration }. Без этого акцепта нет.
problem-client-data-mismatch-title = Данные не совпадают со свидетельством
problem-client-data-mismatch-detail = { $field }: указано «{ $given }», в свидетельстве «{ $expected }». Исправьте данные или подпишите своим свидетельством.

### Clients and employees

problem-not-a-client-title = Нет соглашения с оператором
problem-not-a-client-detail = Сначала примите оферту с помощью ЭЦП.
problem-recipient-not-a-client-title = Получатель не клиент
problem-recipient-not-a-client-detail = { $recipient } не принял оферту. Сначала пригласите его.
problem-already-a-client-title = Сторона уже клиент
problem-already-a-client-detail = Регистрироваться снова не нужно: войдите в систему.
problem-already-invited-title = Контрагент уже приглашён
problem-already-invited-detail = { $recipient } уже получил приглашение. Дождитесь ответа.
problem-already-an-employee-title = Этот человек уже сотрудник
problem-already-an-employee-detail = При необходимости измените его права.
problem-employee-unknown-title = Такого сотрудника нет
problem-employee-unknown-detail = Проверьте ИИН или добавьте сотрудника.

### Documents

problem-document-unknown-title = Такого документа нет
problem-document-unknown-detail = Документа нет, или он не для вашей стороны. Проверьте ссылку.
problem-document-state-title = Состояние документа этого не допускает
problem-document-state-detail = Сейчас: { $state }. Откройте документ и посмотрите, что с ним можно сделать.
problem-document-already-signed-title = Документ уже подписан
problem-document-already-signed-detail = Подписывать второй раз не нужно. Для изменений отправьте новый документ.
problem-document-already-rejected-title = По документу уже отказано
problem-document-already-rejected-detail = Получатель отказал. Исправьте и отправьте новый документ.
problem-document-withdrawn-title = Документ отозван
problem-document-withdrawn-detail = Отправитель отозвал его. Ждите новый документ или спросите отправителя.
problem-content-destroyed-title = Содержание уничтожено
problem-content-destroyed-detail = Содержание документа уничтожено по запросу владельцев, или ваша сторона запросила уничтожение и больше не имеет доступа. Журнал и его доказательства сохраняются.
problem-document-not-yet-received-title = Документ ещё не получен
problem-document-not-yet-received-detail = Он записывается в журнал, или проверяется подпись. Повторите немного позже.
problem-reason-required-title = Нужна причина
problem-reason-required-detail = Напишите причину отказа или отзыва: её увидит другая сторона.
problem-not-the-recipient-title = Это может только получатель
problem-not-the-recipient-detail = Документ направлен другой стороне. Войдите от её имени.
problem-not-the-sender-title = Это может только отправитель
problem-not-the-sender-detail = Отправителем в документе названа другая сторона. Войдите от её имени или исправьте документ.
problem-recipient-is-the-sender-title = Отправитель и получатель — одна сторона
problem-recipient-is-the-sender-detail = В документе должны быть две разные стороны. Исправьте получателя.
problem-kind-not-for-sending-title = Такой документ контрагенту не отправляется
problem-kind-not-for-sending-detail = { $kind }: он даётся только оператору. Примите оферту на странице регистрации.

### Certificates, compromise, officers

problem-certificate-unknown-title = Свидетельство не зарегистрировано
problem-certificate-unknown-detail = У этого клиента такого свидетельства нет. Проверьте номер или войдите с ним.
problem-compromise-in-future-title = Время компрометации в будущем
problem-compromise-in-future-detail = Указано: { $at }. Укажите прошедшее или настоящее время.
problem-compromise-before-certificate-title = Время компрометации раньше свидетельства
problem-compromise-before-certificate-detail = Свидетельство действует с { $not_before }. Укажите время не раньше.
problem-case-unknown-title = Такого дела нет
problem-case-unknown-detail = Проверьте номер дела.
problem-case-closed-title = Дело закрыто
problem-case-closed-detail = Решение принято. Для нового уведомления откройте новое дело.
problem-case-already-open-title = Дело уже рассматривается
problem-case-already-open-detail = По этому свидетельству уже есть дело: { $case }. Дождитесь решения оператора.
problem-own-case-title = Дело о вашем собственном свидетельстве
problem-own-case-detail = Решать дело о своём ключе нельзя. Решение должно принять другое уполномоченное лицо.
problem-not-the-holder-title = Это может только владелец свидетельства
problem-not-the-holder-detail = Через представителя нельзя: должен войти сам владелец.
problem-not-an-officer-title = Это может только уполномоченное лицо оператора
problem-not-an-officer-detail = Войдите со свидетельством уполномоченного лица или обратитесь к оператору.

### Extracts

problem-extract-unknown-title = Такой выписки нет
problem-extract-unknown-detail = Проверьте номер.
problem-extract-state-title = Состояние выписки этого не допускает
problem-extract-state-detail = Сейчас: { $state }.
problem-extract-scope-empty-title = По запросу ничего не найдено
problem-extract-scope-empty-detail = В журнале таких записей нет. Исправьте документы или период.
problem-court-request-unknown-title = Такого запроса суда нет
problem-court-request-unknown-detail = Проверьте его номер.
problem-court-request-state-title = Состояние запроса суда этого не допускает
problem-court-request-state-detail = Сейчас: { $court-state }.
problem-court-request-expired-title = Срок запроса суда прошёл
problem-court-request-expired-detail = Ответить можно было до { $until }. Запишите новый запрос.
problem-pruning-unknown-title = Такого вывода записей из журнала нет
problem-pruning-unknown-detail = Проверьте номер.
problem-pruning-state-title = Состояние вывода записей этого не позволяет
problem-pruning-state-detail = Сейчас: { $pruning-state }.
problem-own-pruning-title = Этот вывод записей предложили вы сами
problem-own-pruning-detail = Решить должно другое уполномоченное лицо.
problem-pruning-early-title = Срок хранения истёк не для всех этих записей
problem-pruning-early-detail = Последняя из них хранится до { $until }.
problem-pruning-not-exported-title = Эти записи не сохранены вне базы данных как положено
problem-pruning-not-exported-detail = Экспортировано: { $detail }.
problem-pruning-held-title = Этих записей касается запрет на уничтожение или запрос суда
problem-pruning-held-detail = Касается: { $what }.
problem-entries-pruned-title = Этих записей журнала больше нет в базе данных
problem-entries-pruned-detail = Журнал хранится начиная с записи { $minimum }; более ранние лежат в его экспортированных сегментах.
problem-own-court-request-title = Этот запрос записали вы сами
problem-own-court-request-detail = Решить по нему должно другое уполномоченное лицо.
problem-asker-is-no-party-title = Запросивший является стороной не всего запрошенного
problem-asker-is-no-party-detail = Одно уполномоченное лицо выдаёт выписку только стороне всего, что в ней показано. Для остальных зарегистрируйте запрос суда или органа: его одобряет другое уполномоченное лицо.
problem-court-scope-wider-title = Запрошено больше, чем одобрено
problem-court-scope-wider-detail = Останьтесь в пределах запроса суда.

### Access

problem-challenge-unknown-title = Запрос на вход не найден
problem-challenge-unknown-detail = Он действует один раз. Начните вход заново.
problem-challenge-expired-title = Время запроса на вход истекло
problem-challenge-expired-detail = Начните вход заново и подпишите сразу.
problem-login-required-title = Нужно войти в систему
problem-login-required-detail = Войдите с ЭЦП и повторите.
problem-session-expired-title = Сеанс завершён
problem-session-expired-detail = Войдите снова и повторите действие.
problem-other-session-title = Эта страница открыта для другого человека
problem-other-session-detail = После того как страница была открыта, в этом браузере вошли другим ключом. Ничего не сделано. Обновите страницу и проверьте, от чьего имени вы работаете.
problem-cross-site-request-title = Запрос пришёл не с нашей страницы
problem-cross-site-request-detail = Форма отправлена с другого сайта, или браузер не сообщил, откуда она. Ничего не сделано. Откройте страницу на нашем сайте и повторите.
problem-idempotency-key-missing-title = Нет заголовка Idempotency-Key
problem-idempotency-key-missing-detail = Добавьте к каждому изменяющему запросу новое случайное значение.
problem-idempotency-key-reused-title = Idempotency-Key уже был в другом запросе
problem-idempotency-key-reused-detail = Для нового запроса возьмите новый ключ.
problem-address-invalid-title = Такой адрес электронной почты не принимается
problem-address-invalid-detail = Напишите адрес в виде name@example.kz. Домен на казахском или русском напишите в форме xn--.
problem-phone-invalid-title = Такой номер телефона не принимается
problem-phone-invalid-detail = Напишите мобильный номер Казахстана, например +7 701 123 45 67.
problem-report-unsigned-title = Отчёт не подписан шлюзом
problem-report-unsigned-detail = Подпишите его общим секретным ключом и отправьте в течение пяти минут (docs/messages.md).
problem-channel-unavailable-title = Сервис не отправляет сообщения этим способом
problem-channel-unavailable-detail = Обратитесь к оператору: этот способ отправки сообщений не настроен.
problem-contact-unknown-title = Такого адреса нет
problem-contact-unknown-detail = Посмотрите список своих адресов: чужие не показываются.
problem-contact-exists-title = Этот адрес или номер уже добавлен
problem-contact-exists-detail = Подтвердите его или добавьте другой адрес или номер.
problem-contact-confirmed-title = Адрес уже подтверждён
problem-contact-confirmed-detail = Больше ничего делать не нужно.
problem-too-many-contacts-title = Слишком много адресов
problem-too-many-contacts-detail = Не больше { $limit }. Удалите ненужный.
problem-code-unknown-title = В этом сеансе нет действующего кода
problem-code-unknown-detail = Код действует один раз и только в сеансе, в котором запрошен. Запросите новый.
problem-code-expired-title = Срок действия кода истёк
problem-code-expired-detail = Запросите новый код.
problem-code-open-title = Одноразовый код из сообщения ещё действует
problem-code-open-detail = Прочитавший сообщение мог бы ввести код. Повторите запрос после { $until } или когда код будет введён.
problem-code-wrong-title = Код неверен
problem-code-wrong-detail = Осталось попыток: { $left }.
problem-session-unknown-title = Такого сеанса в журнале нет
problem-session-unknown-detail = Проверьте идентификатор сеанса.
problem-message-unknown-title = Такого сообщения в журнале нет
problem-message-unknown-detail = Проверьте идентификатор сообщения.
problem-rate-limited-title = Слишком много запросов
problem-rate-limited-detail = Повторите через { $seconds } с.
problem-not-found-title = Не найдено
problem-not-found-detail = Такой страницы или ресурса нет. Проверьте адрес.
problem-method-not-allowed-title = Такого метода у этого адреса нет
problem-method-not-allowed-detail = Смотрите описание API.

### Faults

problem-journal-unavailable-title = Журнал не отвечает
problem-journal-unavailable-detail = Без записи ничто не считается полученным. Повторите позже с тем же ключом.
problem-storage-full-title = Нет места для хранения
problem-storage-full-detail = Документ не принят. Сообщите оператору и повторите позже.
problem-seal-unavailable-title = Ключ оператора не отвечает
problem-seal-unavailable-detail = Ничего не выдано, записанное остаётся записанным. Оператору сообщено; повторите позже.
problem-service-unavailable-title = Служба временно недоступна
problem-service-unavailable-detail = Повторите через несколько минут. Принятое ранее сохранено.
problem-internal-title = Наша ошибка
problem-internal-detail = Сообщите оператору этот номер: { $trace_id }. Принятое ранее сохранено.

## Receipts of the operator

own-statement = со своих слов
receipt-title = Квитанция № { $number } о получении документа
receipt-document = Документ: { $kind }, № { $number }, «{ $title }»
receipt-sender = Отправитель: { $name } ({ $party })
receipt-recipient = Получатель: { $name } ({ $party })
receipt-received = Получен: { $at }, запись журнала { $seq }
receipt-content = SHA-256 подлинника: { $sha256 }
receipt-signature = Подписал: { $name }, ИИН { $iin }; заключение: { $verdict }
receipt-operator = Оператор: { $name }, БИН { $bin }
receipt-log = Журнал: { $origin }

## Notices to the parties; the same words name entries of the journal

notice-keeping-ends-in-90 = Через 90 дней заканчивается хранение ваших документов в системе: скачайте их или запросите их уничтожение
notice-keeping-ends-in-30 = Через 30 дней заканчивается хранение ваших документов в системе: скачайте их или запросите их уничтожение
notice-keeping-ends-in-7 = Через 7 дней заканчивается хранение ваших документов в системе: скачайте их или запросите их уничтожение
notice-document-drafted = Создан черновик документа
notice-document-check-pending = Подпись проверяется, документ ещё не получен
notice-document-check-failed = Подпись не прошла проверку, документ считается не полученным
notice-document-recorded = Документ записан в журнал и получен
notice-document-received = Документ получен
notice-document-signed = Документ подписан второй стороной
notice-document-rejected = Получатель отказал по документу
notice-document-withdrawn = Отправитель отозвал документ
notice-document-contested = Подпись на документе оспорена: заявлена компрометация ключа
notice-document-destruction-requested = Сторона запросила уничтожение содержания
notice-document-destroyed = Содержание уничтожено
notice-document-held = Наложен запрет на уничтожение
notice-document-released = Запрет на уничтожение снят
notice-offer-published = Оферта опубликована
notice-offer-withdrawn = Оферта отозвана
notice-offer-accepted = Оферта принята
notice-counterparty-invited = Контрагент приглашён
notice-employee-added = Добавлен сотрудник
notice-session-opened = Выполнен вход в систему
notice-compromise-reported = Заявлена компрометация ключа, свидетельство приостановлено
notice-compromise-annulled = Компрометация подтверждена, свидетельство снято с регистрации
notice-compromise-lifted = Приостановка свидетельства снята
notice-extract-prepared = Выписка подготовлена
notice-extract-issued = Выписка выдана
notice-attempt-refused = В действии отказано

## Mail

mail-code-subject = Код подтверждения: { $operator }
mail-code-code = Код: { $code }
mail-code-term = Код действует { $minutes } мин., один раз, только в сеансе, в котором запрошен.
mail-code-warning = Если вы не запрашивали код, не обращайте внимания на письмо. Никому не сообщайте код.
mail-signature = { $operator }. Отвечать на это письмо не нужно.
mail-notice-where = Подробнее: { $address }
mail-notice-source = Это письмо — только напоминание; достоверна лента уведомлений в сервисе.
mail-instead-of-sms = Письмо отправлено вместо SMS на номер, который оканчивается на { $ending }: его доставка не подтверждена.
sms-code = Код: { $code }. Никому его не сообщайте. Действует { $minutes } мин.
sms-notice = { $what }. Подробнее: { $where }

channel-email = по электронной почте
channel-sms = по SMS

## Extracts

extract-title = Выписка из журнала № { $number }
extract-operator = Оператор: { $name }, БИН { $bin }
extract-log = Журнал: { $origin }
extract-made-at = Составлена: { $at }
extract-officer = Уполномоченное лицо: { $name }, ИИН { $iin }
extract-asked-by = Запросил: { $who }
extract-ground = Основание: { $ground }
extract-scope = Что запрошено: { $scope }
extract-source = Источник — только журналы и хранилища оператора; данные программ клиентов не использованы.
extract-read-howto = Как проверить без оператора: HOWTO.txt. Этот текст для справки, доказательство — подписанные файлы.
extract-documents = Документов: { $count }
extract-document = { $kind }, № { $number }, «{ $title }»
extract-document-id = Идентификатор: { $id }
extract-document-date = Дата документа: { $date }
extract-document-state = Состояние: { $state }
extract-sender = Отправитель: { $name } ({ $party })
extract-recipient = Получатель: { $name } ({ $party })
extract-received = Получен: { $at }, запись журнала { $seq }
extract-not-received = Не получен
extract-original = Подлинник: «{ $name }», { $size } байт, { $path }, SHA-256 { $sha256 }
extract-attachment = Приложение: «{ $name }», { $size } байт, { $path }, SHA-256 { $sha256 }
extract-signature-of-sender = ЭЦП отправителя
extract-signature-of-recipient = ЭЦП получателя
extract-signer = Подписал: { $name }, ИИН { $iin }, БИН { $bin }, роль: { $role }
extract-signed-proven = Время подписания доказано меткой времени: { $at }
extract-signed-unproven = Время подписания не доказано
extract-signed-claimed = Время со слов подписавшего (не доказательство): { $at }
extract-signature-checked = Проверена: { $at }, заключение: { $verdict }
extract-signature-entry = Запись журнала { $seq }
extract-signature-without-effect = Не записана в журнал: последствий не имела
extract-signature-file = Файл подписи: { $path }
extract-signature-contested = Оспорена: дело о компрометации ключа { $case }
extract-receipt = Квитанция оператора: { $path }
extract-receipt-unproven = Квитанция без метки времени: для сведения, вывод на неё не опирается
extract-conditions = Четыре условия юридической силы (соглашение, пункт 5.2.3) — по протоколу проверки оператора:
extract-condition-holds = выполнено
extract-condition-fails = не выполнено
extract-cases = Дел о компрометации ключа: { $count }
extract-case = Дело { $id }, SHA-256 свидетельства: { $certificate }
extract-case-reported = Уведомление получено: { $at }
extract-case-since = По словам владельца, скомпрометирован с: { $at }
extract-case-cut-off = Подписи не принимаются с: { $at }
extract-case-open = Состояние: рассматривается
extract-case-annulled = Состояние: подтверждено, свидетельство снято с регистрации
extract-case-lifted = Состояние: приостановка снята
extract-case-document = Оспоренный документ: { $id }
extract-entries = Записей журнала: { $count }
extract-checkpoint = Контрольная точка журнала: записей { $size }, корень { $root }
extract-checkpoint-stamped = Метка времени контрольной точки: { $path }
extract-checkpoint-unstamped = У контрольной точки нет метки времени.
extract-completeness-1 = Полнота, уровень 1: каждая запись была в журнале к контрольной точке. Что других нет, не утверждается.
extract-completeness-2 = Полнота, уровень 2: здесь без пропусков все записи каждого субъекта ниже, от первой до последней из приведённых. Что до контрольной точки более поздних нет — подписанное слово оператора, иначе это не доказано.
extract-completeness-3 = Полнота, уровень 3: здесь без пропусков все записи каждого субъекта ниже. Печать журнала в записи { $entry } от { $at } показывает, что среди первых { $size } записей журнала других не было. Что между печатью и контрольной точкой новых не появилось — подписанное слово оператора, иначе это не доказано.
extract-subject = { $identity }: записей { $count } ({ $entries })
extract-subject-pruned = из них первые { $count }, по запись { $seq } включительно, по истечении срока хранения выведены из журнала; что приведённые здесь записи следуют за ними, показывает хэш, а что говорили выведенные — только экспортированные сегменты журнала
extract-caveat = У каждого субъекта в журнале одно имя, и это доказано. Верна ли печать для всех субъектов, установит тот, кто перечитает журнал целиком, например аудитор. Найденная утаённая запись докажет, что слово оператора ложно. Записи после контрольной точки и записи не названных здесь субъектов этим заявлением не охвачены.

### What is found when an extract is verified

extract-verdict-good = Выписка подлинная и не изменена
extract-verdict-bad = Выписке доверять нельзя
extract-verdict-undetermined = Подлинность выписки не определена
extract-verdict-unreadable = Это не файл выписки, или его версия неизвестна
extract-verdict-pinned = Оператор и ключ журнала сверены с данными проверяющего
extract-verdict-not-pinned = Оператор и ключ журнала не сверены: укажите --operator БИН и --log-key КЛЮЧ
extract-verdict-signature = { $what }: { $name }, ИИН { $iin }, БИН { $bin }
extract-verdict-signature-checked = Проверена сейчас, на момент { $at }: { $verdict }
extract-verdict-list-of-before = Свидетельство на момент получения проверено по списку, выпущенному до подписания: отзыв в этом промежутке в нём не виден
extract-verdict-about = Предмет выписки: { $identity }
extract-verdict-message = Файл сообщения: { $path }
extract-verdict-papers = Только для людей, под печатью, но с записями не сверено: { $papers }
extract-verdict-entries = Записей журнала: { $count }, доказано нахождение в журнале: { $included }
extract-verdict-period = Записи { $party } с { $from } до { $to } по часам оператора: { $entries }
extract-period-shown = Закрытых записей за период: { $closed } — то, что в них сказано, стёрто по истечении срока хранения. Документов, которые были зафиксированы за период, уничтожены и здесь не приведены: { $destroyed }.
extract-verdict-checkpoint-proven = Время контрольной точки доказано: { $at }
extract-verdict-witness = Свидетель { $key } подтвердил контрольную точку { $at }
extract-verdict-failure = { $part }: { $fault } ({ $detail })
extract-verdict-failures-left-off = Ещё несоответствий, не показанных здесь: { $count }
extract-signed-as-seal = Печать оператора
extract-signed-as-officer = Подпись уполномоченного лица
extract-signed-as-party = Подпись стороны
extract-signed-as-receipt = Квитанция оператора

### Faults of an extract

extract-fault-container-not-canonical = zip не такой, какой пишет оператор, или изменён
extract-fault-file-missing = нет обязательного файла
extract-fault-file-unexpected = есть лишний файл
extract-fault-json-malformed = JSON не отвечает формату
extract-fault-manifest-not-canonical = манифест записан не по форме
extract-fault-signature-malformed = это не CMS с одним подписавшим
extract-fault-evidence-malformed = файл доказательства повреждён
extract-fault-digest-differs = файл изменён: SHA-256 не сходится
extract-fault-manifest-list-differs = список файлов в манифесте не сходится с файлами
extract-fault-signed-content-differs = внутри подписи другое содержимое
extract-fault-operator-differs = не тот оператор, который ожидался
extract-fault-seal-is-not-the-operators = печать не информационной системы оператора
extract-fault-log-differs = не тот журнал или ключ, который ожидался
extract-fault-officer-differs = подписало не названное уполномоченное лицо
extract-fault-binding-does-not-hold = связывающая запись ключа журнала не сходится
extract-fault-checkpoint-not-signed = контрольная точка не подписана ключом журнала
extract-fault-checkpoint-differs = в контрольной точке другой журнал, размер или корень
extract-fault-checkpoint-time-stamp-differs = метка времени не над контрольной точкой
extract-fault-entry-malformed = это не запись этого журнала
extract-fault-leaf-differs = хэш записи не сходится
extract-fault-proof-does-not-hold = доказательство не ведёт к контрольной точке
extract-fault-opening-does-not-fit = раскрытое значение не то, что записано в журнал
extract-fault-entry-time-goes-back = время записей идёт назад
extract-fault-entry-later-than-proof = время записи позже того, чем доказано, что она была в журнале
extract-fault-statement-malformed = заявление о полноте противоречит себе
extract-fault-subject-history-broken = в цепочке записей субъекта есть пропуск
extract-fault-pseudonym-not-proven = не доказано, что псевдоним субъекта — единственный
extract-fault-pruned-not-proven = не показано, что срок хранения записей, названных выведенными, истёк и их может не быть
extract-fault-seal-does-not-show = печать журнала не показывает того, что сказано о субъекте
extract-fault-seal-too-old = печать журнала старше контрольной точки больше чем на сутки
extract-fault-scope-differs-from-journal = выписка не о той стороне или не о том периоде, которые в ней названы
extract-fault-asker-is-no-party = запросивший является стороной не всего показанного, или запрос не назван
extract-fault-level-not-shown = выписка показывает более низкий уровень полноты, чем требуется
extract-fault-document-differs-from-journal = документ отличается от записанного в журнал
extract-fault-entry-field-not-revealed = не раскрыто нужное поле записи
extract-fault-state-differs-from-journal = состояние документа противоречит журналу
extract-fault-signature-missing = нет подписи, которая должна быть у документа
extract-fault-signer-differs = подписал не тот, кто назван
extract-fault-signer-may-not-bind = свидетельство не даёт права подписать такой документ за сторону
extract-fault-text-differs-from-records = текст для людей расходится с записями
extract-fault-receipt-differs = квитанция не оператора или на другой документ
extract-fault-message-differs-from-journal = сообщение не совпадает с журналом
extract-fault-case-differs-from-journal = дело о компрометации противоречит журналу
extract-fault-operator-not-pinned = не указан оператор или ключ журнала
extract-fault-witness-missing = ожидаемый свидетель не подтвердил контрольную точку
extract-fault-checkpoint-time-not-proven = время контрольной точки не доказано или она старше печати более чем на сутки
extract-fault-signature-time-not-proven = нет метки времени до записи: не доказано, что подпись тогда была
extract-fault-signature-failed = подпись или метка времени недействительна
extract-fault-signature-undetermined = действительность подписи или метки времени не определена

## The command line

### Answers

cli-yes = да
cli-no = нет
cli-not-checked = не проверялось
cli-none = нет
cli-verdict-good = ЭЦП действительна
cli-verdict-bad = ЭЦП недействительна
cli-verdict-undetermined = Действительность ЭЦП не определена
cli-no-signatures = В файле нет подписей
cli-signature = Подпись { $number } из { $total }
cli-offline = Проверено без сети: использованы только данные свидетельства
cli-online = Свидетельства запрошены у служб удостоверяющего центра и использованы вместе с данными

### Labels: printed before a value and a colon

cli-label-file = Файл
cli-label-format = Формат
cli-label-at = На момент
cli-label-verdict = Заключение
cli-label-reason = Причина
cli-label-signed-by = Подписал
cli-label-iin = ИИН
cli-label-bin = БИН
cli-label-organization = Организация
cli-label-role = Роль
cli-label-signer-kind = В качестве
cli-label-claimed-at = Заявленное время (не доказательство)
cli-label-proven-at = Доказанное время
cli-label-judged-at = Свидетельство проверено на
cli-label-received-at = Получен
cli-label-covers = Охватывает
cli-extended = Уровень подписи поднят: { $file }
cli-container-findings = О контейнере:
cli-label-level = Уровень
cli-label-crypto = Математика
cli-label-certificate = Свидетельство
cli-label-certificates = Свидетельства
cli-label-chain = Цепочка свидетельств
cli-label-anchor = Точка доверия
cli-label-policies = Политики
cli-label-checks = Проверки
cli-label-time-stamp = Метка времени
cli-label-clause = Пункт
cli-label-kind = Вид
cli-label-subject = Владелец
cli-label-issuer = Издатель
cli-label-serial = Серийный номер
cli-label-sha256 = SHA-256
cli-label-valid-from = Действует с
cli-label-valid-until = Действует по
cli-label-key-algorithm = Алгоритм ключа
cli-label-key-bits = Длина ключа, бит
cli-label-key-usage = Использование ключа
cli-label-purpose = Назначение
cli-label-ski = Идентификатор ключа
cli-label-aki = Идентификатор ключа издателя
cli-label-status = Статус
cli-label-revoked-at = Отозвано
cli-label-revocation-reason = Причина отзыва
cli-label-this-update = Выпущен
cli-label-next-update = Следующее обновление
cli-label-produced-at = Ответ создан
cli-label-gen-time = Время метки
cli-label-imprint = Алгоритм хэша
cli-label-key-matches = Ключ соответствует свидетельству
cli-label-entries = Записи
cli-label-proofs = Доказательства
cli-label-completeness = Полнота
cli-label-documents = Документы
cli-label-operator = Оператор
cli-label-officer = Уполномоченное лицо
cli-label-log = Журнал
cli-label-log-key = Ключ журнала
cli-label-witness = Свидетель
cli-label-size = Размер
cli-label-root = Корень
cli-label-failures = Несоответствия
cli-label-name = Имя
cli-label-path = Путь

### `extract verify`, `journal audit`, `pki`

cli-audit-good = Журнал цел: проверено записей { $checked }, контрольная точка на { $size }
cli-audit-from = Полностью проверено начиная с записи { $from }. У более ранних, найденных верными прежней проверкой, заново вычислены хэши; --full проверяет всё
cli-rebuild-mended = Карта субъектов была повреждена и построена заново: субъектов { $subjects } по { $size } записям, как в последней печати
cli-rebuild-whole = Карта субъектов была цела: субъектов { $subjects } по { $size } записям, как в последней печати
cli-rebuild-contradicts = По записям получается другая карта, чем в последней печати (субъектов { $subjects }, записей { $size }). Ничего не изменено; выполните qolhat journal audit --full
cli-audit-waiting = Ждут записи событий: { $waiting }, не смогли стать записями: { $quarantined }
cli-audit-names-unchecked = Документы и стороны не сверены с именами субъектов: здесь нет ключа псевдонимов
cli-audit-bad = Журнал повреждён: { $place } — { $reason }
cli-audit-stop = Остановите службу и сравните резервную копию и контрольные точки свидетелей
promise-kept = Исполнено: запись есть в журнале
promise-pending = Срок ещё не наступил
promise-overdue = Срок наступил: оператор должен показать запись
promise-broken = Нарушено: обещанного в журнале нет или оно внесено после срока
promise-invalid = Это не обещание этого журнала
promise-reason-not-signed = Подписано не ключом журнала.
promise-reason-body-differs = Приложено не то содержание, что обещано.
promise-reason-extract-not-proven = Выписка не подтверждена или другого журнала: она ничего не показывает.
promise-reason-another-body = Запись об этом событии говорит не то, что обещано.
promise-reason-body-not-shown = Выписка раскрывает запись не целиком, поэтому содержание не сверено.
promise-reason-checkpoint-before-deadline = Не подтверждено, что контрольная точка выписки позже срока.
promise-reason-body-not-given = Без содержания не узнать, в чьей истории должна стоять запись.
promise-reason-left-out = История субъекта события показана целиком, и события в ней нет.
promise-reason-late = Запись внесена после срока.
promise-reason-history-not-shown = Ни одна история, в которой должна стоять запись, не показана целиком.
cli-promise-event =   Событие { $event } журнала { $log }
cli-promise-deadline =   Срок: { $at }
cli-promise-entry =   Запись { $seq }, { $at }
cli-audit-promised = Обещаний, по которым записи ещё нет: { $promised }
cli-audit-promise-late = ВНИМАНИЕ: запись об обещанном событии внесена после срока { $deadline }: событие { $event }, запись { $seq } от { $at }
cli-prune-nothing = Выводить нечего
cli-prune-done = Выведено: журнал хранится начиная с записи { $minimum }
cli-audit-minimum = Хранится начиная с записи { $minimum }; у более ранних, выведенных, проверены места, время и хэши
cli-export-done = Экспортировано опечатанных сегментов: { $count }
cli-export-segment = Записи { $from }–{ $to }: { $sha256 }
cli-export-another = Отсюда ничего не экспортировано: журнал ведёт другой процесс, он экспортирует сам
cli-audit-exported = Записей, лежащих также в сегментах вне базы данных: { $exported }
cli-forget-done = В таблицах базы данных не осталось ничего из того, что было стёрто
cli-scrub-checked = Блобов перечитано: { $checked } ({ $size } МиБ)
cli-scrub-unnamed = Блобов, на которые база данных не ссылается: { $count }
cli-scrub-good = Все блобы целы и на месте
cli-scrub-bad = Повреждено: { $damaged }; отсутствует: { $missing }. Верните их из другой копии: qolhat store copy
cli-copy-progress = Скопировано: { $copied }; пройдено до { $after }
cli-copy-done = Скопировано: { $copied } ({ $size } МиБ), из них исправлено: { $mended }; были на месте: { $present }
cli-copy-failed = Не скопировано, так как источник повреждён: { $count }
cli-copy-unlocked = Экспортированных сегментов журнала, которые приёмник не заблокировал, хотя его об этом просили: { $count }
cli-held = Экспортированных сегментов журнала, заблокированных в хранилище от изменения и удаления: { $count }
cli-seals-unproven = ВНИМАНИЕ: у подписи оператора под печатями этих экспортированных сегментов нет доказательства, что свидетельство не было отозвано, поэтому выводить их записи из базы нельзя: { $segments }
cli-unheld = ВНИМАНИЕ: экспортированные сегменты журнала, которые должны быть заблокированы, лежат в хранилище без блокировки, где их можно изменить и удалить: { $count }
cli-exports-unlocked = ВНИМАНИЕ: хранилище поддерживает блокировку, но эти экспортированные сегменты журнала лежат в нём без неё, и их можно изменить и удалить: { $segments }
cli-backup-progress = Блобы: скопировано { $copied } из { $blobs }
cli-backup-done = Резервная копия { $path }: записей журнала { $size }, блобов { $blobs }, из них скопировано сейчас: { $copied }
cli-backup-key = Её ключ: { $key }. Он будет уничтожен { $until }; после этого копию не прочтёт никто
cli-backup-apart = Храните отдельно от копии, не вместе с ней: этот ключ, ключ журнала, ключ псевдонимов, ключ-обёртку и хранилище ключей оператора. Без них ничего не восстановить
cli-backup-destroyed = Блобов, уничтоженных по требованию после снимка: { $count }
cli-backup-lost = Блобов, которые хранилище потеряло и которых нет в копии: { $count }
cli-restore-done = Копия { $name } от { $at } восстановлена, её журнал цел: записей { $size }, блобов { $blobs }
cli-restore-refused = Ничего не восстановлено: копия изменена или сделана другой установкой
cli-restore-wrong = { $part }: { $reason }
cli-restore-behind = Запомнена контрольная точка на { $remembered } записей, в копии их { $size }: более поздних здесь нет, и служба не запустится
cli-restore-behind-mend = Восстановите более новую копию. Если её нет: задайте новый journal.origin и новые файлы ключей журнала и псевдонимов над пустой базой, эту оставьте для чтения и сообщите свидетелям и клиентам, какой журнал продолжен новым
cli-restore-destroyed = Документов, чьи блобы уничтожены по требованию после снимка и которые остались без содержания: { $count }
cli-restore-after = Уничтожьте снова то, что клиенты потребовали уничтожить после { $at }: копия об этом не знает
cli-path-good = Цепочка до точки доверия есть
cli-path-bad = Цепочки до точки доверия нет
cli-answer-good = Свидетельство не отозвано
cli-answer-revoked = Свидетельство отозвано
cli-answer-unknown = О свидетельстве ничего не известно
cli-answer-list = Список подлинный и действует
cli-answer-refused = На ответ нельзя положиться
cli-stamp-good = Метка времени действительна
cli-stamp-bad = Метка времени недействительна
cli-show-certificate = Регистрационное свидетельство
cli-show-cms = Подпись CMS
cli-show-crl = Список отозванных свидетельств
cli-show-ocsp = Ответ OCSP
cli-show-tsp = Метка времени
cli-show-pkcs12 = Хранилище ключа PKCS#12

### `trust`

cli-trust-imported = Доверенный центр добавлен: { $name }, SHA-256 { $sha256 }
cli-trust-removed = Доверенный центр удалён: { $name }, SHA-256 { $sha256 }
cli-trust-already = Этот центр уже доверенный: { $name }
cli-trust-absent = Такого доверенного центра нет: { $name }
cli-trust-empty = Доверенных центров нет. Добавить: qolhat trust import ФАЙЛ
cli-trust-known = Отпечаток совпадает с известным свидетельством НУЦ РК
cli-trust-unknown = Отпечаток программе не известен: сверьте его с официальным источником
cli-trust-not-a-ca = { $name }: это не свидетельство удостоверяющего центра

### Errors of usage and input

cli-error-usage = Неверная команда: { $detail }
cli-error-unreadable = Не удалось прочитать { $path }: { $detail }
cli-error-not-found = { $path } не найден
cli-error-too-large = { $path } слишком большой, предел { $limit }
cli-error-level = { $path }: подпись достигает уровня { $level }, а не { $wanted }. Дайте недостающее: --tsp для метки времени, --certs и --crl или --ocsp о подписавшем
cli-error-unsupported = Не поддерживается: { $what }
cli-error-malformed = { $path }: содержимое повреждено: { $detail }
cli-error-wrong-password = Неверный пароль, или файл повреждён
cli-error-no-password = Нет пароля: задайте переменную окружения { $variable }
cli-error-no-anchors = Нет точки доверия: укажите --trust ПУТЬ
cli-error-restore = Копия не восстановлена: { $detail }
cli-error-config = Файл настроек { $path }: { $detail }
cli-error-internal = Наша ошибка: { $detail }

## `doctor`

doctor-good = в порядке
doctor-warning = внимание
doctor-bad = нужно исправить
doctor-all-good = Всё в порядке: службу можно запускать
doctor-not-good = Нужно исправить: { $count }
doctor-config = Настройки
doctor-config-mend = Исправьте файл: { $detail }
doctor-mode-demo = Демонстрационный режим: не для настоящих клиентов
doctor-clock = Часы
doctor-clock-mend = Часы расходятся на { $seconds } с: настройте NTP
doctor-database = База данных
doctor-database-mend = База данных не открылась: { $detail }
doctor-schema = Схема базы данных
doctor-schema-mend = Схема устарела: выполните qolhat migrate
doctor-journal = Журнал
doctor-journal-mend = Журнал не сходится с контрольной точкой: выполните qolhat journal audit
doctor-witnesses = Свидетели журнала
doctor-witnesses-mend = Свидетель не подтверждает журнал: { $detail }
doctor-roles = Роли базы данных
doctor-roles-mend = Служба пишет журнал под одной учётной записью: база данных её не удержит. Выполните qolhat migrate под записью, которая может создавать роли, и дайте службе запись, состоящую только в qolhat_application и qolhat_sequencer
doctor-blobs = Хранилище документов
doctor-blobs-mend = Не удалось записать в хранилище: { $detail }
doctor-s3-does = x-amz-checksum-sha256: { $checksums }; If-None-Match: { $condition }; версии: { $versions }; блокировка объектов: { $lock }
doctor-s3-locks-unasked = Хранилище блокирует каждый объект: содержимое нельзя будет уничтожить по требованию владельца. Снимите с бакета срок удержания по умолчанию
doctor-disk = Свободное место на диске
doctor-disk-mend = Мало места: { $free }. Увеличьте диск
doctor-wrapping-key = Ключ хранилища
doctor-wrapping-key-mend = Файл ключа не прочитан: { $detail }. Восстановите его из копии, не создавайте новый
doctor-seal-key = Ключ печати оператора
doctor-seal-key-mend = Ключ печати не годится: { $detail }
doctor-seal-key-expires = Свидетельство печати заканчивается { $at }: получите новое
doctor-trust = Доверенные центры
doctor-trust-mend = Нет доверенных центров: qolhat trust import ФАЙЛ
doctor-trust-demo = Демонстрационный центр не годится для работы: { $name }
doctor-crl-files = Списки отозванных в файлах
doctor-crl-file-unreadable = { $path } не читается: { $detail }
doctor-crl-file-empty = в { $path } нет списка отозванных
doctor-crl-file-stale = { $path }: следующий список ожидался { $at }, возьмите новый
doctor-mail = Почта
doctor-mail-mend = Почтовый сервер не принимает письма: { $detail }
doctor-sms = SMS
doctor-sms-mend = Шлюз SMS не отвечает: { $detail }
doctor-time-stamps = Служба меток времени
doctor-time-stamps-mend = { $url } не выдал метку времени: { $detail }
doctor-ocsp = Служба OCSP
doctor-ocsp-mend = { $url } не ответил: { $detail }
doctor-crl = Списки отозванных свидетельств
doctor-crl-mend = { $path } устарел: загрузите новый

## `demo`

demo-title = Демонстрация qolhat: весь путь документа на одном компьютере
demo-warning = Ключи и свидетельства здесь только для демонстрации и юридической силы не имеют
demo-step = Шаг { $number } из { $total }: { $what }
demo-world = Созданы удостоверяющий центр, OCSP, CRL и метки времени: { $dir }
demo-service = Служба запущена: { $url }
demo-logged-in = { $name } вошёл с ЭЦП
demo-offer-published = Оферта опубликована: «{ $title }», редакция { $version }
demo-offer-accepted = { $name } принял оферту с ЭЦП
demo-act-sent = { $name } подписал и отправил акт № { $number }
demo-received = Документ получен: { $at }, запись журнала { $seq }; выдана квитанция
demo-countersigned = { $name } подписал акт: подписан обеими сторонами
demo-rejected = { $name } отклоняет акт № { $number }; отправитель видит причину: { $reason }
demo-conditions = Четыре условия юридической силы выполнены
demo-court-recorded = { $name } записывает запрос: { $authority }
demo-court-approved = { $name } одобряет запрос: четыре глаза
demo-extract-issued = Выписка для суда выдана: { $path }
demo-extract-verified = Выписка проверена без сети: { $verdict }
demo-tampered = Выписка с одним изменённым байтом отвергнута: { $reason }
demo-anchors = Проверить самому: qolhat extract verify --trust { $anchors } { $path }
demo-files = Файлы: { $dir }
demo-sms = SMS складываются в { $dir }: там одноразовые коды для номеров телефонов.
demo-open = Откройте в браузере: { $url }
demo-stop = Для остановки нажмите Ctrl+C
demo-done = Демонстрация завершена
demo-failed = Шаг не выполнен: { $what } — { $reason }

## Questions of a validation: `check-<rule>`

check-format = Формат подписи соответствует правилам
check-signing-certificate-found = Свидетельство подписавшего найдено
check-signing-certificate-reference = Подписанная ссылка указывает на это свидетельство
check-xml-references-known = Указания подписи на подписанное понятны и допустимы
check-xml-later-signatures = Подписи, добавленные позже, сначала отложены
check-xml-covers-document = Подпись охватывает весь документ
check-algorithms-known = Алгоритмы известны
check-algorithms-agree = Алгоритмы согласованы между собой
check-content-found = Подписанное содержимое есть
check-content-type = Тип содержимого указан верно
check-no-attribute-confusion = Содержимое нельзя принять за атрибуты
check-content-digest = Содержимое то самое, что подписано
check-signature-value = Значение подписи соответствует ключу
check-counter-signature-readable = Заверяющая подпись (counter-signature) читается
check-time-stamp-readable = Метка времени читается
check-archive-time-stamp-index = Перечень того, что охватывает архивная метка, верен
check-time-stamp-imprint = Метка времени поставлена на эти данные
check-time-stamp-signature = Подпись метки времени верна
check-time-stamp-certificate-reference = Метка времени называет своё свидетельство
check-time-stamp-path = Свидетельство метки времени ведёт к доверенному центру
check-time-stamp-term = Свидетельства метки времени не истекли до более позднего доказательства
check-time-stamp-revocation = Свидетельство метки времени не отозвано
check-time-stamp-algorithms = Алгоритмам метки времени можно доверять
check-time-stamp-not-future = Метка времени не из будущего
check-time-stamp-order = Метки времени стоят в верном порядке
check-data-objects-named = Указано, что подписано в контейнере
check-data-objects-found = Все файлы, названные в манифесте, на месте
check-data-objects-digest = Каждый файл — тот, который был подписан
check-data-objects-algorithms = Хэш-функции файлов надёжны
check-evidence-record-form = Форма записи о доказательствах понятна
check-evidence-record-algorithms = Алгоритмам записи о доказательствах можно было доверять до её обновлений
check-evidence-record-order = Метки времени записи о доказательствах стоят в верном порядке
check-evidence-record-renewal = Каждое обновление записи о доказательствах охватывает предыдущее
check-evidence-record-time-stamps = Каждая метка времени записи о доказательствах действовала до следующей
check-evidence-record-objects = Запись о доказательствах охватывает данные
check-certificate-path = Свидетельство ведёт к доверенному центру
check-certificate-validity = Свидетельства действовали в этот момент
check-certificate-revocation = Доказано, что свидетельства не отозваны
check-algorithms-trusted = Алгоритмам в этот момент можно было доверять

## The signer on this machine

witness-ready = Свидетель отвечает по адресу { $url }; его проверочный ключ: { $key }
ncalayer-ready = Подписывающая программа готова: { $url } — { $people }
ncalayer-not-loopback = { $address }: подписывающая программа принимает соединения только с этого же компьютера (loopback)
ncalayer-demo-ready = Подписывающая программа вместо NCALayer; чьими ключами подписывать, выберите здесь: { $url }
ncalayer-demo-taken = { $address } занят (вероятно, запущен NCALayer), поэтому подписывающая программа на другом порту

ncalayer-refused-host = Запросы под этим именем не принимаются: только 127.0.0.1 или localhost.
ncalayer-refused-origin = Странице этого сайта не разрешено просить о подписи; разрешение даёт --allow-origin.
ncalayer-refused-form = Эта форма пришла с другой страницы, поэтому не принимается.
ncalayer-refused-upgrade = Запрос на соединение WebSocket составлен неверно.
ncalayer-refused-request = Такие запросы здесь не обрабатываются.

ncalayer-invalid-params = Неверные параметры запроса: { $detail }
ncalayer-digest-length = Для этого ключа нужен хэш длиной { $expected } байт ({ $algorithm }), а дано { $found } байт
ncalayer-no-key = Ни один ключ не подходит ({ $name }): { $filter }
ncalayer-ordered-failure = Подпись не поставлена: так задано на странице выбора
ncalayer-signing-failed = Подпись не поставлена: { $detail }

ncalayer-page-title = Подписывающая программа вместо NCALayer
ncalayer-page-languages = Языки
ncalayer-page-warning = Эта программа подписывает всё, о чём её просят, ни о чём не спрашивая. Она для испытаний, показа и компьютеров, за которыми никто не сидит.
ncalayer-page-people = Кто подписывает
ncalayer-page-nobody-chosen = Никто не выбран: используются ключи первого человека в списке.
ncalayer-page-used = сейчас используются эти ключи
ncalayer-page-choose = Выбрать: { $name }
ncalayer-page-key = { $purpose }, { $algorithm }, до { $until }
ncalayer-page-next = Следующие запросы
ncalayer-page-times = Число запросов
ncalayer-page-order-sign = Подписывать
ncalayer-page-order-cancel = Закрыть окно (отмена)
ncalayer-page-order-error = Ответить ошибкой
ncalayer-page-order-silence = Не отвечать
ncalayer-page-now-sign = Следующий запрос будет подписан.
ncalayer-page-now-cancel = Запросов, которые будут отменены: { $count }.
ncalayer-page-now-error = Запросов, на которые придёт ошибка: { $count }.
ncalayer-page-now-silence = Запросов, которые останутся без ответа: { $count }.

## Verdicts for people

### The verdict in a few words

verdict-title-good = Подпись действительна
verdict-title-good-all = Все подписи действительны
verdict-title-undetermined = Действительность подписи не установлена
verdict-title-undetermined-some = Есть неподтверждённая подпись
verdict-title-bad = Подпись недействительна
verdict-title-bad-some = Есть недействительная подпись
verdict-title-no-signatures = В файле нет подписей
verdict-summary-several = Подписей: { $total }, действительных: { $good }.

### What a verdict on a signature means (`signature::meaning::MEANINGS`), in one sentence

verdict-means-TOTAL-PASSED = Подпись действительна на { $at }: документ не изменён, свидетельство выдано доверенным центром и не отозвано.
verdict-means-TOTAL-PASSED-proven = Подпись действительна: документ не изменён, метка времени доказывает, что подпись существовала { $at }, и свидетельство тогда действовало.
verdict-means-TOTAL-PASSED-revoked-later = Подпись действительна: она существовала { $at }, а свидетельство отозвано или приостановлено лишь позже ({ $since }).
verdict-means-TOTAL-PASSED-status-not-asked = Подпись верна, свидетельство выдано доверенным центром и на { $at } было в пределах своего срока; отзыв не проверялся.
verdict-means-FORMAT_FAILURE = Подпись недействительна: структура файла нарушает правила подписи, он повреждён или создан неверно.
verdict-means-HASH_FAILURE = Подпись поставлена не под этим документом: его изменили после подписания, или это другой файл.
verdict-means-SIG_CRYPTO_FAILURE = Подпись недействительна: она сделана не ключом этого свидетельства или повреждена.
verdict-means-REVOKED = Подпись недействительна: свидетельство отозвано { $since }, и доказано, что подпись поставлена после этого.
verdict-means-EXPIRED = Подпись недействительна: срок свидетельства истёк { $until }, и доказано, что подпись поставлена позже.
verdict-means-NOT_YET_VALID = Подпись недействительна: судя по метке времени, она поставлена раньше, чем свидетельство начало действовать ({ $from }).
verdict-means-SIG_CONSTRAINTS_FAILURE = Подпись не подтверждена: в ней нет обязательных данных.
verdict-means-CHAIN_CONSTRAINTS_FAILURE = Подпись не подтверждена: свидетельство или его издатель не предназначены для таких подписей.
verdict-means-CHAIN_CONSTRAINTS_FAILURE-login-key = Подпись не подтверждена: документ подписан ключом для входа (AUTH).
verdict-means-CERTIFICATE_CHAIN_GENERAL_FAILURE = Подпись не подтверждена: цепочку свидетельств не удалось проверить.
verdict-means-CRYPTO_CONSTRAINTS_FAILURE = Подпись не подтверждена: её алгоритм считается слабым, такую подпись можно подделать.
verdict-means-CRYPTO_CONSTRAINTS_FAILURE-unknown = Подпись не проверена: её алгоритм здесь неизвестен.
verdict-means-CRYPTO_CONSTRAINTS_FAILURE_NO_POE = Подпись не подтверждена: её алгоритм больше не считается надёжным, и ничем не доказано, что подписали раньше.
verdict-means-TIMESTAMP_ORDER_FAILURE = Подпись не подтверждена: метки времени противоречат друг другу.
verdict-means-NO_SIGNING_CERTIFICATE_FOUND = Подпись не подтверждена: в файле нет свидетельства подписавшего, или оно не то, которое названо в подписи.
verdict-means-NO_CERTIFICATE_CHAIN_FOUND = Подпись не подтверждена: издателем свидетельства назван «{ $issuer }», но к центру, которому здесь доверяют, оно не ведёт.
verdict-means-REVOKED_NO_POE = Подпись не подтверждена: свидетельство отозвано { $since }, и ничем не доказано, что подписали раньше.
verdict-means-REVOKED_CA_NO_POE = Подпись не подтверждена: свидетельство самого центра, выдавшего свидетельство подписавшего, отозвано { $since }.
verdict-means-OUT_OF_BOUNDS_NO_POE = Подпись не подтверждена: срок свидетельства { $from } – { $until }, и ничем не доказано, что подписали в этот срок.
verdict-means-OUT_OF_BOUNDS_NO_POE-early = Подпись не подтверждена: свидетельство ещё не действует (начало действия: { $from }).
verdict-means-OUT_OF_BOUNDS_NOT_REVOKED = Подпись не подтверждена: срок свидетельства истёк { $until }; оно не отозвано, но время подписания не доказано.
verdict-means-TRY_LATER = Сама подпись верна, но сейчас не удалось подтвердить, что свидетельство не отозвано.
verdict-means-TRY_LATER-on-hold = Подпись не подтверждена: удостоверяющий центр приостановил свидетельство { $since }.
verdict-means-TRY_LATER-ended = Сама подпись верна, но срок свидетельства истёк { $until }, и нет доказательства, что тогда оно не было отозвано.
verdict-means-SIGNED_DATA_NOT_FOUND = В этом файле только подпись, самого подписанного документа нет.
verdict-means-no-signatures = В этом файле CMS нет ни одной подписи.

### What to do next

verdict-next-TOTAL-PASSED = Время подписания не доказано меткой времени: когда срок свидетельства истечёт, доказать подпись будет труднее. Сохраните этот результат или попросите подпись с меткой времени.
verdict-next-TOTAL-PASSED-proven = Храните документ вместе с подписью: её сможет проверить любой.
verdict-next-TOTAL-PASSED-revoked-later = Храните документ вместе с подписью. Более поздним подписям этим ключом не доверяйте.
verdict-next-TOTAL-PASSED-status-not-asked = Если важно, не отозвано ли свидетельство, уточните в удостоверяющем центре.
verdict-next-FORMAT_FAILURE = Попросите у отправителя файл ещё раз; если он такой же, попросите подписать документ заново.
verdict-next-HASH_FAILURE = Найдите тот самый файл, который подписывали: даже повторное сохранение его меняет. Если такого файла нет, не доверяйте документу.
verdict-next-SIG_CRYPTO_FAILURE = Не доверяйте этой подписи. Попросите подписать документ заново.
verdict-next-REVOKED = Не доверяйте этой подписи. Попросите подписать заново новым свидетельством.
verdict-next-EXPIRED = Не доверяйте этой подписи. Попросите подписать заново новым свидетельством.
verdict-next-NOT_YET_VALID = Не доверяйте этой подписи. Попросите подписать документ заново.
verdict-next-SIG_CONSTRAINTS_FAILURE = Попросите подписать заново современной программой, например через NCALayer.
verdict-next-CHAIN_CONSTRAINTS_FAILURE = Попросите подписать заново свидетельством НУЦ РК, предназначенным для подписи.
verdict-next-CHAIN_CONSTRAINTS_FAILURE-login-key = Попросите подписать заново ключом для подписи (RSA или GOST).
verdict-next-CERTIFICATE_CHAIN_GENERAL_FAILURE = Попросите подписать заново свидетельством НУЦ РК или покажите файл эксперту.
verdict-next-CRYPTO_CONSTRAINTS_FAILURE = Попросите подписать заново действующим ключом НУЦ РК.
verdict-next-CRYPTO_CONSTRAINTS_FAILURE-unknown = Попросите подписать заново действующим ключом НУЦ РК.
verdict-next-CRYPTO_CONSTRAINTS_FAILURE_NO_POE = Попросите подписать заново действующим ключом НУЦ РК.
verdict-next-TIMESTAMP_ORDER_FAILURE = Не доверяйте этой подписи. Попросите подписать документ заново.
verdict-next-NO_SIGNING_CERTIFICATE_FOUND = Попросите файл подписи, в который вложено свидетельство подписавшего.
verdict-next-NO_CERTIFICATE_CHAIN_FOUND = Эта подпись не доказывает, кто подписал. Попросите подписать свидетельством НУЦ РК.
verdict-next-REVOKED_NO_POE = Поищите файл подписи с меткой времени; если его нет, попросите подписать заново действующим свидетельством.
verdict-next-REVOKED_CA_NO_POE = Поищите файл подписи с меткой времени; если его нет, попросите подписать заново действующим свидетельством.
verdict-next-OUT_OF_BOUNDS_NO_POE = Поищите файл подписи с меткой времени; если его нет, попросите подписать заново действующим свидетельством.
verdict-next-OUT_OF_BOUNDS_NO_POE-early = Проверьте ещё раз после этого времени.
verdict-next-OUT_OF_BOUNDS_NOT_REVOKED = Поищите файл подписи с меткой времени; если его нет, попросите подписать заново действующим свидетельством.
verdict-next-TRY_LATER = Проверьте ещё раз через несколько минут: возможно, служба удостоверяющего центра не ответила.
verdict-next-TRY_LATER-on-hold = Узнайте у подписавшего, в чём дело; проверьте снова, когда приостановку снимут, или попросите подпись другим свидетельством.
verdict-next-TRY_LATER-ended = Попросите файл подписи с доказательствами внутри (CAdES-LT): о свидетельстве с истёкшим сроком центр может не ответить.
verdict-next-SIGNED_DATA_NOT_FOUND = Добавьте вторым файлом сам документ и проверьте снова.
verdict-next-no-signatures = Попросите файл подписи ещё раз.

### Who, since when, term and status of a certificate, answers

verdict-signer-unproven = Имя взято из свидетельства, но свидетельство и подпись не подтверждены: подписать мог и другой человек.
verdict-time-proven = Доказано меткой времени: подпись существовала { $at }.
verdict-time-unproven = Время подписания не доказано: метки времени нет, или она ничего не доказывает.
verdict-time-claimed = Со слов самого подписавшего: { $at } (это не доказательство: часы компьютера можно перевести).
verdict-certificate-term = Срок свидетельства: { $from } – { $until }
verdict-status-good-ocsp = Не отозвано. Ответ удостоверяющего центра (OCSP): { $at }.
verdict-status-good-crl = Не отозвано. Список удостоверяющего центра (CRL): { $at }.
verdict-status-on-hold = Приостановлено удостоверяющим центром: { $since }.
verdict-status-revoked = Отозвано: { $since }.
verdict-status-revoked-later = На рассматриваемый момент не было отозвано, отозвано позже: { $since }.
verdict-status-unknown = Неизвестно, отозвано ли: достаточно свежих доказательств нет.
verdict-status-not-asked = Отзыв не проверялся.
verdict-answer-yes = да
verdict-answer-no = нет
verdict-answer-not-asked = не проверялось

### Notes

verdict-note-authority = Проверена только подпись. Были ли у подписавшего полномочия подписать именно этот документ, эта проверка не показывает.
verdict-note-swapped = Файлы даны в другом порядке: проверен второй.
verdict-note-left-over = Другой файл не понадобился: выписка доказывает себя сама.
verdict-note-nothing-kept = Файлы прочитаны только для проверки и не сохранены.

### Extracts

verdict-extract-means-TOTAL-PASSED = Это подлинная выписка № { $number } из журнала оператора ({ $operator }): ничего не изменено, все подписи и доказательства сходятся.
verdict-extract-means-FORMAT_FAILURE = Файл устроен как выписка, но он не в том виде, в каком её выдали: если изменён хотя бы один байт, доверять ей нельзя.
verdict-extract-means-HASH_FAILURE = Файл внутри выписки изменён после подписания.
verdict-extract-means-OPERATOR_MISMATCH = Выписка не от оператора этого сервиса, или печать на ней не его.
verdict-extract-means-LOG_MISMATCH = Выписка не из журнала этого сервиса.
verdict-extract-means-OFFICER_MISMATCH = Выписку подписало не то уполномоченное лицо, которое в ней названо.
verdict-extract-means-JOURNAL_FAILURE = Доказательства журнала не сходятся: записи изменены или взяты не из этого журнала.
verdict-extract-means-FACTS_MISMATCH = То, что выписка говорит о документах, противоречит журналу.
verdict-extract-means-OPERATOR_NOT_PINNED = Не указано, чья выписка ожидается, поэтому её подлинность не установлена.
verdict-extract-means-CHECKPOINT_NOT_PROVEN = Состояние журнала не доказано: у контрольной точки нет метки времени, или она старше выписки больше чем на сутки.
verdict-extract-means-NO_POE = Меткой времени не доказано, что подпись в выписке существовала до записи о ней в журнале.
verdict-extract-means-WITNESS_NOT_FOUND = Состояние журнала не подтвердил ожидаемый свидетель.
verdict-extract-means-LEVEL_NOT_SHOWN = Выписка показывает более низкий уровень полноты, чем требовался.
verdict-extract-means-SIGNATURE = Подпись или метка времени в выписке не подтверждена.
verdict-extract-next-good = Храните файл как есть: его можно проверить и без оператора, и без сети.
verdict-extract-next-altered = Не полагайтесь на этот файл. Получите выписку заново у самого оператора.
verdict-extract-next-another = Здесь проверяются только выписки этого сервиса. Проверьте файл у оператора, который в нём назван, или с его файлом operator.json.
verdict-extract-next-unproven = Посмотрите в списке ниже, какая часть не подтверждена, и запросите у оператора новую выписку.
verdict-completeness-pruned = Полнота: у начала истории одной из сторон истёк пятилетний срок хранения, и оно выведено из журнала; сколько записей — сказано в файле. Все следующие записи и все записи остальных субъектов здесь без пропусков. Что до контрольной точки более поздних нет — подписанное слово оператора, иначе это не доказано.
verdict-completeness-not-shown = Полнота выписки не доказана.

### Files that are not judged

verdict-unsupported-empty-title = Файл пуст
verdict-unsupported-empty-detail = В файле нет ни одного байта.
verdict-unsupported-empty-next = Выберите файл ещё раз.
verdict-unsupported-xml-title = Подписи внутри XML здесь пока не проверяются
verdict-unsupported-xml-detail = Это файл XML. Если в нём есть подпись, о её действительности ничего не сказано.
verdict-unsupported-xml-next = Если подпись в отдельном файле (.cms, .p7s, .sig), передайте оба файла вместе.
verdict-unsupported-pdf-title = Подписи внутри PDF здесь пока не проверяются
verdict-unsupported-pdf-detail = Это файл PDF. Если в нём есть подпись, о её действительности ничего не сказано.
verdict-unsupported-pdf-next = Если подпись в отдельном файле (.cms, .p7s, .sig), передайте оба файла вместе.
verdict-unsupported-asic-title = Такие контейнеры пока не проверяются
verdict-unsupported-asic-detail = Это контейнер ASiC, но не выписка. О подписях в нём ничего не сказано.
verdict-unsupported-asic-next = Откройте контейнер как архив и передайте документ вместе с файлом подписи (.p7s).
verdict-unsupported-zip-title = Это архив или офисный документ
verdict-unsupported-zip-detail = Это не выписка, а подписи внутри таких файлов здесь не проверяются.
verdict-unsupported-zip-next = Если подпись в отдельном файле (.cms, .p7s, .sig), передайте оба файла вместе.
verdict-unsupported-other-message-title = Это не подпись
verdict-unsupported-other-message-detail = В файле не подписанное, а другое сообщение CMS, например зашифрованное.
verdict-unsupported-other-message-next = Если подпись в отдельном файле (.cms, .p7s, .sig), передайте оба файла вместе.
verdict-unsupported-broken-title = Файл подписи повреждён
verdict-unsupported-broken-detail = Файл начинается как подпись, но он неполон или не читается.
verdict-unsupported-broken-next = Скачайте файл ещё раз или попросите его у отправителя снова.
verdict-unsupported-too-many-signers-title = Слишком много подписей
verdict-unsupported-too-many-signers-detail = Здесь проверяется не больше { $limit } подписей в одном файле.
verdict-unsupported-too-many-signers-next = Проверьте файл на своём компьютере: qolhat verify.
verdict-unsupported-time-stamp-title = Это метка времени, а не подпись
verdict-unsupported-time-stamp-detail = Метка времени доказывает лишь, что некие данные существовали в определённое время.
verdict-unsupported-time-stamp-next = Выберите файл подписи (.cms, .p7s, .sig).
verdict-unsupported-key-store-title = Это файл с ключом: никому его не отправляйте
verdict-unsupported-key-store-detail = С этим файлом и паролем к нему любой может подписать что угодно от вашего имени. Здесь он не сохранён.
verdict-unsupported-key-store-next = Выберите файл подписи. Если файл с ключом мог попасть к другому человеку, отзовите свидетельство в НУЦ РК.
verdict-unsupported-extract-version-title = Версия выписки неизвестна
verdict-unsupported-extract-version-detail = Файл похож на выписку, но эта версия формата здесь не поддерживается.
verdict-unsupported-extract-version-next = Запросите выписку заново у оператора, который её выдал.
verdict-unsupported-unknown-title = Подпись не найдена
verdict-unsupported-unknown-detail = Этот файл — не подпись CMS и не выписка: возможно, это сам документ или повреждённый файл.
verdict-unsupported-unknown-next = Передайте вместе с документом файл подписи (.cms, .p7s, .sig).
