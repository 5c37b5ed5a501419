# Қазақша мәтіндер. Кілттер үш файлда бірдей: kk.ftl, ru.ftl, en.ftl.
# Тексеретін: tests/spec/domain.rs.

## Words of the program

### Languages

language-kk = қазақша
language-ru = орысша
language-en = ағылшынша

### Units of size

unit-byte = { $count } байт
unit-kib = { $count } КиБ
unit-mib = { $count } МиБ

### Kinds of documents

kind-offer-acceptance = Оферта акцепті (келісім)
kind-completion-act = Орындалған жұмыстар (көрсетілген қызметтер) актісі
kind-payment-invoice = Төлем шоты
kind-letter = Хат
kind-arbitrary-file = Еркін нысандағы құжат

### States of a document

state-draft = жоба, қол қойылмаған
state-recording = журналға жазылуда
state-check-pending = қолтаңба тексерілуде
state-received = алынды
state-accepted = екі тарап қол қойды
state-rejected = алушы бас тартты
state-withdrawn = жіберуші кері шақырып алды
state-check-failed = тексеруден өтпеді, алынбаған болып саналады

### States of an extract

state-prepared = дайындалды, қол қоюды күтуде
state-stale = журнал содан бері өзгерді, қайта дайындау керек
state-issued = берілді

### Sides

side-sender = жіберуші
side-recipient = алушы

### Roles that the CA wrote into a certificate

role-head = бірінші басшы
role-sign-right = қол қою құқығы бар тұлға
role-finance-right = қаржы құжаттарына қол қою құқығы бар тұлға
role-hr = кадр бөлімінің қызметкері
role-employee = ұйым қызметкері
role-information-system = заңды тұлғаның ақпараттық жүйесі
role-treasury = қазынашылық клиенті
role-natural-person = жеке тұлға
role-legal-entity = заңды тұлға

### What a key is for

purpose-any = кез келген мақсат
purpose-sign = қол қою
purpose-auth = жүйеге кіру
purpose-ca = куәліктер шығару
purpose-ocsp = OCSP жауаптары
purpose-tsa = уақыт белгілері
purpose-crl-sign = кері қайтарып алынған куәліктер тізімдері
purpose-other = басқа мақсат

### Who is behind a certificate

signer-kind-person = жеке тұлға
signer-kind-organization = ұйым атынан әрекет ететін тұлға
signer-kind-information-system = ақпараттық жүйе

### What a member may do, registered certificates, cases of compromise

capability-sign = дайындау және қол қою
capability-draft = тек жоба дайындау
certificate-state-active = қолданыста
certificate-state-suspended = тоқтатыла тұрды
certificate-state-annulled = күші жойылды
case-state-open = қаралуда
case-state-annulled = расталды, куәлік тіркеуден шығарылды
case-state-lifted = тоқтата тұру алынды
pruning-state-open = басқасы аяқталмаған
pruning-state-proposed = басқа уәкілетті тұлғаны күтуде
pruning-state-approved = бекітілген
pruning-state-refused = қабылданбаған
pruning-state-done = орындалған
pruning-state-disagreed = журналда екі уәкілетті тұлғаның келісімі жоқ
court-state-recorded = басқа уәкілетті тұлғаны күтуде
court-state-approved = мақұлданды
court-state-refused = қабылданбады
court-state-answered = орындалды

## Verdicts on signatures (ETSI EN 319 102-1)

indication-TOTAL-PASSED = жарамды
indication-INDETERMINATE = анықталмады
indication-TOTAL-FAILED = жарамсыз
subindication-FORMAT_FAILURE = пішімі бұзылған
subindication-HASH_FAILURE = мазмұн қол қойылғаннан өзгеше
subindication-SIG_CRYPTO_FAILURE = қолтаңба мәні кілтке сәйкес емес
subindication-REVOKED = куәлік кері қайтарып алынған
subindication-EXPIRED = куәліктің мерзімі өткен
subindication-NOT_YET_VALID = куәлік әлі күшіне енбеген
subindication-SIG_CONSTRAINTS_FAILURE = қолтаңба талаптарға сай емес
subindication-CHAIN_CONSTRAINTS_FAILURE = куәліктер тізбегі талаптарға сай емес
subindication-CERTIFICATE_CHAIN_GENERAL_FAILURE = куәліктер тізбегі тексерілмеді
subindication-CRYPTO_CONSTRAINTS_FAILURE = алгоритм сенімді емес
subindication-CRYPTO_CONSTRAINTS_FAILURE_NO_POE = алгоритм енді сенімді емес, ал қол қою уақыты дәлелденбеген
subindication-TIMESTAMP_ORDER_FAILURE = уақыт белгілерінің реті бұзылған
subindication-NO_SIGNING_CERTIFICATE_FOUND = қол қоюшының куәлігі табылмады
subindication-NO_CERTIFICATE_CHAIN_FOUND = куәлік сенімді орталыққа жеткізбейді
subindication-REVOKED_NO_POE = куәлік кері қайтарып алынған, ал бұрын қол қойылғаны дәлелденбеген
subindication-REVOKED_CA_NO_POE = орталықтың куәлігі кері қайтарып алынған
subindication-OUT_OF_BOUNDS_NO_POE = куәліктің мерзімінен тыс, ал қол қою уақыты дәлелденбеген
subindication-OUT_OF_BOUNDS_NOT_REVOKED = куәліктің мерзімінен тыс, кері қайтарып алынбаған
subindication-TRY_LATER = куәліктің мәртебесі әзірге белгісіз
subindication-SIGNED_DATA_NOT_FOUND = қол қойылған мазмұн берілмеген

### Verdicts on extracts

subindication-OPERATOR_MISMATCH = үзінді көшірме басқа оператордікі
subindication-LOG_MISMATCH = үзінді көшірме басқа журналдан
subindication-OFFICER_MISMATCH = үзінді көшірмеде аталған тұлға қол қоймаған
subindication-JOURNAL_FAILURE = журнал дәлелдемелері сәйкес келмейді
subindication-FACTS_MISMATCH = құжаттар мен журнал бір-біріне қайшы
subindication-OPERATOR_NOT_PINNED = кімнің үзінді көшірмесі күтілетіні көрсетілмеген
subindication-CHECKPOINT_NOT_PROVEN = бақылау нүктесінің уақыты дәлелденбеген
subindication-NO_POE = қолтаңбаның сол кезде болғаны дәлелденбеген
subindication-WITNESS_NOT_FOUND = күтілген куәгердің қолы жоқ
subindication-LEVEL_NOT_SHOWN = талап етілген толықтық деңгейі көрсетілмеген

### The mathematics alone; how much is covered

crypto-ok = дұрыс
crypto-hash_failure = мазмұн өзгертілген
crypto-sig_crypto_failure = қолтаңба мәні қате
crypto-not_checked = тексерілмеді
crypto-unsupported = алгоритм қолдау таппайды
covers-all = құжат толық
covers-part = құжаттың бір бөлігі

### What a time stamp covers

time-stamp-signature = қолтаңбаға қойылған
time-stamp-content = мазмұнға қойылған
time-stamp-data = деректерге қойылған

### Why there is no certification path (codes of `PathError`)

path-no-path = берушінің бірде-бір куәлігі сенімді орталыққа жеткізбейді
path-bad-signature = куәліктегі қолтаңба берушінің кілтіне сәйкес емес
path-unsupported-algorithm = куәліктегі алгоритм қолдау таппайды
path-malformed-extension = куәлік кеңейтімі бұзылған
path-not-a-ca = тізбектегі куәлік куәландырушы орталыққа тиесілі емес
path-key-usage = тізбектегі кілтке куәліктерге қол қою рұқсат етілмеген
path-path-too-long = тізбек рұқсат етілгеннен ұзын
path-unknown-critical-extension = куәлікте белгісіз міндетті кеңейтім бар
path-name-constraints = атау орталыққа рұқсат етілген шектен тыс
path-policy = куәлік саясаттары сәйкес келмейді
path-wrong-purpose = кілт басқа мақсатқа арналған
path-not-yet-valid = куәлік бұл сәтте әлі күшіне енбеген
path-expired = куәліктің мерзімі бұл сәтте өтіп кеткен
path-revoked = тізбектегі куәлік кері қайтарып алынған
path-revocation-unknown = куәліктің кері қайтарып алынбағанын ештеңе дәлелдемейді
path-budget-exhausted = тізбекті іздеу рұқсат етілген жұмыс көлемінен асты

### pki ocsp, crl, tsp: неге жауапқа сенуге болмайды

answer-malformed-request = жауап беруші сұрауды оқи алмады
answer-internal-error = жауап берушінің ішкі қатесі
answer-try-later = жауап беруші кейінірек сұрауды өтінеді
answer-sig-required = жауап беруші тек қол қойылған сұрауларға жауап береді
answer-unauthorized = жауап беруші бұл сұраққа жауап бермейді
answer-issuer-not-found = берілген куәліктердің арасында берушінің куәлігі жоқ
answer-unsupported-algorithm = алгоритм қолдау таппайды
answer-bad-signature = қолтаңба сәйкес емес
answer-unknown-critical-extension = белгісіз міндетті кеңейтім бар
answer-certificate-not-answered = жауапта бұл куәлік туралы ештеңе жоқ
answer-responder-not-found = жауап берушінің куәлігі табылмады
answer-responder-of-another-issuer = жауап берушінің куәлігін осы орталықтың өзі бермеген
answer-responder-purpose = жауап берушінің кілті мәртебе туралы жауаптарға арналмаған
answer-responder-is-the-certificate = куәлік өзі туралы өзі жауап береді
answer-responder-not-yet-valid = жауап берушінің куәлігі әлі күшіне енбеген
answer-responder-expired = жауап беруші куәлігінің мерзімі өткен
answer-nonce-missing = жауапта сұраудың саны (nonce) жоқ
answer-nonce-mismatch = жауаптағы сан (nonce) сұраудағыдан басқа
answer-produced-in-future = жауапқа сұралған сәттен кейін қол қойылған
answer-not-yet-valid = сұралған сәттен кейін шығарылған
answer-expired = мерзімі сұралған сәтке қарай өткен
answer-too-old = келесі жаңарту уақыты көрсетілмеген, ал жауап тым ескі
answer-certificate-expired-before = куәліктің мерзімі бұрын өткен: ол туралы енді ештеңе айтылмауы мүмкін
answer-no-next-update = тізімде келесі жаңарту уақыты жоқ
answer-no-crl-sign = берушінің кілтіне тізімдерге қол қою рұқсат етілмеген
answer-another-key = тізімге берушінің кілтімен емес, аттас басқа кілтпен қол қойылған
answer-out-of-scope = бұл тізім мұндай куәліктер туралы емес
answer-only-some-reasons = тізім кері қайтарып алудың кейбір себептері туралы ғана
answer-listed-twice = куәлік тізімде екі рет тұр
answer-removed-in-full-list = тізімнен алып тастау толық тізімде тұр
answer-delta-without-base = бұл тек өзгерістер тізімі, толық тізім жоқ
answer-not-a-delta = екінші тізім өзгерістер тізімі емес
answer-delta-mismatch = өзгерістер тізімі толық тізімге сәйкес емес
answer-budget-exhausted = тексеру рұқсат етілген жұмыс көлемінен асты
answer-granted = белгі берілді
answer-granted-with-mods = белгі өзгерістермен берілді
answer-rejection = орталық белгі беруден бас тартты
answer-waiting = белгі әлі дайын емес
answer-revocation-warning = орталық бас тартты: кері қайтарып алу жақын
answer-revocation-notification = орталық бас тартты: куәлік кері қайтарып алынған
answer-signer-count = белгіге бір емес, басқа санда қол қойылған
answer-imprint-mismatch = белгі басқа деректерге қойылған
answer-gen-time-in-future = белгінің уақыты сұралған сәттен кейін
answer-signer-not-found = уақыт белгісі орталығының куәлігі табылмады
answer-certificate-reference = белгідегі сілтеме орталықтың куәлігіне сәйкес емес
answer-revoked = орталықтың куәлігі кері қайтарып алынған

### Status of a certificate and reasons of revocation (RFC 5280)

revocation-good = кері қайтарып алынбаған
revocation-revoked = кері қайтарып алынған
revocation-on-hold = куәландырушы орталық тоқтата тұрған
revocation-unknown = мәртебесі белгісіз
revocation-reason-unspecified = себебі көрсетілмеген
revocation-reason-keyCompromise = кілттің жария болуы
revocation-reason-cACompromise = орталық кілтінің жария болуы
revocation-reason-affiliationChanged = иесінің деректері өзгерген
revocation-reason-superseded = басқа куәлікпен ауыстырылған
revocation-reason-cessationOfOperation = енді қажет емес
revocation-reason-certificateHold = тоқтата тұру
revocation-reason-removeFromCRL = тоқтата тұру алынған
revocation-reason-privilegeWithdrawn = өкілеттігі алынған
revocation-reason-aACompromise = атрибуттар орталығы кілтінің жария болуы
revocation-mode-chain = бүкіл тізбек тексеріледі
revocation-mode-leaf = тек қол қоюшының куәлігі тексеріледі
revocation-mode-none = кері қайтарып алу тексерілмейді

### The four conditions of legal effect (agreement 5.2.3)

condition-authentic = ЭЦҚ түпнұсқалығы расталды
condition-certificate-valid = куәлік қол қою және алу сәттерінде қолданыста болды
condition-recorded = оператор құжатты журналға тіркеді
condition-within-agreement = ЭЦҚ екі тарап қосылған келісім шеңберінде пайдаланылды

## Words inside problems

### Reasons

reason-too-deep = деңгейлері тым көп (шегі { $limit })
reason-not-json = бұл JSON емес
reason-duplicate-member = мүше екі рет кездеседі
reason-number-form = бүтін сан емес немесе тым үлкен
reason-other-type = құжаттың түрі сұралғаннан басқа
reason-both-iin-and-bin = ЖСН де, БСН де көрсетілген, біреуін қалдырыңыз
reason-duplicate-name = екі файлдың аты бірдей
reason-too-long = тым ұзын (шегі { $limit })
reason-file-name = файл атында тыйым салынған таңба бар
reason-empty-file = файл бос
reason-media-type = файл түрі type/subtype пішімінде емес
reason-file-size = файл көлемі рұқсат етілген шектен тыс
reason-not-a-digest = SHA-256 емес: 64 кіші он алтылық цифр керек
reason-not-an-object = JSON нысаны керек
reason-not-a-text = мәтін керек
reason-not-a-list = тізім керек
reason-not-yes-or-no = true немесе false керек
reason-not-a-whole-number = бүтін сан керек
reason-negative = теріс сан болмауы керек
reason-forbidden-character = мәтінді жасыратын немесе бұрмалайтын таңба бар
reason-too-many-items = тізім тым ұзын (шегі { $limit })
reason-unknown-member = мұндай мүше құжат түрінде жоқ
reason-other-place = келісім жасалған жер «Almaty» болуы керек
reason-not-an-id = бұл сәйкестендіргіш емес
reason-unknown-language = тілі kk, ru немесе en болуы керек
reason-unknown-client-kind = клиент түрі person, sole-trader немесе organization болуы керек
reason-not-for-this-client-kind = клиенттің бұл түрінде мұндай дерек болмайды
reason-not-a-position = таспада мұндай орын жоқ: соңғы алынғанын көрсетіңіз
reason-not-a-quantity = саны қате: нүктеден кейін алты таңбаға дейінгі оң сан керек
reason-page-count = бет саны 1-ден 100 000-ға дейін болуы керек
reason-number = нөмірі тым ұзын немесе тыйым салынған таңбасы бар
reason-other-addressee = құжатта басқа алушы көрсетілген
reason-text-empty-or-twice = бұл тілдегі мәтін бос немесе екі рет берілген
reason-not-one-cms = бұл DER, PEM немесе base64 түріндегі бір CMS емес
reason-too-many-time-stamps = уақыт белгілері тым көп (шегі { $limit })
reason-not-a-certificate = бұл X.509 куәлігі емес (DER, PEM немесе base64)
reason-not-twelve-digits = он екі цифр керек
reason-check-digit = бақылау цифры сәйкес емес
reason-identifier-layout = ішіндегі күн немесе түр болмайды
reason-code-form = жазылуы қате
reason-no-person = куәлікте жеке тұлға көрсетілмеген
reason-not-a-date = ЖЖЖЖ-АА-КК түріндегі күнтізбе күні керек
reason-not-an-instant = RFC 3339 түріндегі UTC уақыты керек, мысалы 2026-11-22T05:15:02Z
reason-not-a-local-time = Қазақстанның күні мен уақыты керек, мысалы 2026-11-22T10:15
reason-due-before-issue = төлем мерзімі шот күнінен бұрын
reason-not-after-last-version = алдыңғы редакция күшіне енгеннен кейінгі уақыт керек
reason-consent-not-of-now = келісім жасалған сәт қазіргі уақытқа жатпайды
reason-form = нысанды оқу мүмкін емес
reason-outside-notice = өткен уақыт немесе бес жылдан әрі
reason-court-order = сұраудың күні алынғаннан кейін, алынған уақыты қазіргіден кейін болмайды, ал жауап мерзімі әлі алда болуы керек
reason-period-ahead = кезең әлі аяқталған жоқ: оның соңы қазіргі сәттен кеш болмауы тиіс
reason-kind-not-by-upload = бұл түрдегі құжат тұтас оқылады және сұраумен бірге келеді: алдын ала тек еркін нысандағы файл жүктеледі
reason-file-and-upload = файл да, жүктеме де көрсетілген: біреуін қалдырыңыз
reason-unknown-digest = мұндай хэш есептелмейді; тізімі GET /api/v1/uploads ішінде
reason-court-due-far = жауап мерзімі 92 күннен кеш болмауы тиіс

### Identifiers

identifier-iin = ЖСН
identifier-bin = БСН
identifier-email = электрондық пошта
identifier-phone = телефон (+7 және он цифр)
identifier-iik = ЖСК (IBAN)
identifier-bik = БСК
identifier-kbe = КБе
identifier-knp = КНП (төлем мақсатының коды)

### Requisites: members of documents

requisite-account = банк шоты
requisite-authority = сот немесе орган
requisite-reference = сұрау нөмірі
requisite-ground = негіз
requisite-words = не сұралды
requisite-scope = не сұралды
requisite-address = мекенжай
requisite-addressee = адресат
requisite-amount_tiyn = құны
requisite-bank = банк
requisite-beneficiary = бенефициар
requisite-bik = БСК
requisite-bin = БСН (немесе ЖСН)
requisite-body = хат мәтіні
requisite-client = клиент деректері
requisite-consents = келісімдер
requisite-customer = тапсырыс беруші
requisite-date = күні
requisite-declarations = мәлімдемелер
requisite-due_date = төлем мерзімі
requisite-email = электрондық пошта
requisite-executor = орындаушы
requisite-file = тексерілетін файл
requisite-id = сәйкестендіргіш
requisite-iik = ЖСК (IBAN)
requisite-iin = ЖСН
requisite-kbe = КБе
requisite-kind = түрі
requisite-knp = КНП (төлем мақсатының коды)
requisite-language = тілі
requisite-lines = жұмыстар (тауарлар) кестесі
requisite-made_at = келісім уақыты
requisite-marketing = жарнамаға келісім (иә не жоқ)
requisite-media_type = файл түрі
requisite-name = атауы немесе аты-жөні
requisite-number = нөмірі
requisite-offer = оферта
requisite-operator = оператор
requisite-organization = ұйым атауы
requisite-original = құжат файлы
requisite-file_name = файлдың атауы
requisite-pages = бет саны
requisite-payer = төлеуші
requisite-phone = телефон
requisite-place = келісім жасалған жер
requisite-position = лауазымы
requisite-price_tiyn = бағасы
requisite-quantity = саны
requisite-rate = ҚҚС мөлшерлемесі
requisite-recipient = алушы
requisite-sender = жіберуші
requisite-sha256 = SHA-256
requisite-signatory = жауапты тұлғаның лауазымы мен аты-жөні
requisite-size = файл көлемі
requisite-subject = хат тақырыбы
requisite-title = атауы
requisite-total_tiyn = ҚҚС қосылған жиыны
requisite-turnover_date = айналым күні
requisite-type = құжат түрі
requisite-unit = өлшем бірлігі
requisite-vat = ҚҚС
requisite-vat_total_tiyn = ҚҚС жиыны
requisite-version = нұсқасы

### Declarations and consents of an acceptance

declaration-text_read_in_full = мәтінді толық оқыдым
declaration-terms_understood = шарттарды түсіндім
declaration-data_true = деректерім дұрыс
declaration-lawful_key_holder = ЭЦҚ кілтінің заңды иесімін
declaration-own_personal_data = дербес деректер менікі
declaration-own_email = электрондық пошта менікі
declaration-own_phone = телефон менікі
declaration-technical_terms_known = техникалық шарттармен таныспын
declaration-risks_known = тәуекелдермен таныспын
declaration-personal_data = дербес деректерді өңдеуге келісім

### Fields of a client compared with his certificate

field-iin = ЖСН
field-bin = БСН
field-name = аты-жөні
field-organization = ұйым атауы
field-kind = клиент түрі

## Problems: what happened, and what to do

### Content

problem-malformed-json-title = JSON оқылмады
problem-malformed-json-detail = { $place }: { $reason }. Түзетіп, қайта жіберіңіз.
problem-malformed-cms-title = Бұл ЭЦҚ файлы емес
problem-malformed-cms-detail = { $reason }. NCALayer жасаған CMS қолтаңбаны өзгертпей жіберіңіз.
problem-malformed-content-title = Құжат пішімге сай емес
problem-malformed-content-detail = { $pointer }: { $reason }. Осы жерді түзетіп, құжатқа қайта қол қойыңыз.
problem-malformed-consent-title = Келісім белгіленген нысанға сай емес
problem-malformed-consent-detail = { $pointer }: { $reason }. Тіркеу бетіндегі келісімге қол қойыңыз.
problem-missing-requisite-title = Міндетті деректеме жоқ
problem-missing-requisite-detail = Толтырыңыз: { $requisite } ({ $pointer }).
problem-sum-mismatch-title = Сома сәйкес емес
problem-sum-mismatch-detail = { $pointer }: көрсетілгені { $given }, есептелгені { $expected }. Соманы түзетіңіз.
problem-vat-rate-mismatch-title = ҚҚС мөлшерлемесі айналым күніне сай емес
problem-vat-rate-mismatch-detail = { $pointer }: { $date } күні { $rate } мөлшерлемесі қолданылмайды. Рұқсат етілгені: { $allowed } (none — ҚҚС-сыз).
problem-identifier-invalid-title = Сәйкестендіру нөмірі немесе деректеме қате
problem-identifier-invalid-detail = { $identifier } ({ $pointer }): { $reason }. Тексеріп, түзетіңіз.
problem-date-invalid-title = Күні немесе уақыты қате
problem-date-invalid-detail = { $pointer }: { $reason }.
problem-attachment-missing-title = Қосымша жүктелмеген
problem-attachment-missing-detail = Құжатта «{ $name }» файлы аталған, бірақ ол келмеді. Файлды қоса жіберіңіз.
problem-attachment-mismatch-title = Қосымша құжаттағыдан өзгеше
problem-attachment-mismatch-detail = «{ $name }» файлының SHA-256 мәні құжаттағыға тең емес. Қол қойылған файлдың өзін жіберіңіз.
problem-attachment-unlisted-title = Қосымша құжатта аталмаған
problem-attachment-unlisted-detail = «{ $name }» файлы құжатта аталмаған, сондықтан қолтаңба оны қамтымайды. Құжатқа қосыңыз немесе файлды алып тастаңыз.
problem-content-not-canonical-title = Құжат канондық пішімде емес
problem-content-not-canonical-detail = { $offset }-байттан бастап RFC 8785 пішімінен өзгеше. Канондық байттарды алып, соларға қол қойыңыз.
problem-upload-too-large-title = Файл тым үлкен
problem-upload-too-large-detail = Шегі — { $limit }. Файлды кішірейтіңіз немесе бөліңіз.
problem-upload-unknown-title = Мұндай жүктеме жоқ
problem-upload-unknown-detail = Оны құжат пайдаланып қойған, мерзімі өткен немесе ол басқа тараптікі. Файлды қайта жүктеңіз.
problem-upload-incomplete-title = Жүктеу соңына жетпей үзілді
problem-upload-incomplete-detail = Одан ештеңе сақталған жоқ. Файлды қайта жіберіңіз.
problem-too-many-uploads-title = Жүктемелер тым көп
problem-too-many-uploads-detail = Бір тарапта ешбір құжат пайдаланбаған жүктеме ең көбі { $limit } болады. Олар арналған құжаттарды жіберіңіз немесе жүктемелерді жойыңыз (DELETE /api/v1/uploads/…).
problem-digest-not-taken-title = Бұл қолтаңбаға керек хэш есептелмеген
problem-digest-not-taken-detail = Қолтаңба { $digest } хэшін пайдаланады; файл жүктелгенде мыналар есептелді: { $taken }. Файлды қайта жүктеп, { $digest } сұраңыз (digests=…) немесе басқа кілтпен қол қойыңыз.
problem-too-many-files-title = Файлдар тым көп
problem-too-many-files-detail = Бір құжатта ең көбі { $limit } файл болады. Артығын бөлек жіберіңіз.
problem-several-files-title = Бір файлдан
problem-several-files-detail = Бір өріске бірнеше файл келді, ал біреуі ғана қабылданады. Біреуін таңдап, қайта жіберіңіз.
problem-too-many-documents-title = Құжат тым көп
problem-too-many-documents-detail = Бір үзінді көшірмеде ең көбі { $limit } құжат болады. Қалғанын басқасында сұраңыз.
problem-history-too-long-title = Тараптың тарихы тым ұзақ
problem-history-too-long-detail = Үзінді көшірме тарап туралы журнал жазбаларын үзіліссіз көрсетеді, ең көбі { $limit }. Жеке құжаттарды сұраңыз.
problem-extract-too-large-title = Құжаттар үзінді көшірме үшін тым үлкен
problem-extract-too-large-detail = Үзінді көшірмеге жалпы көлемі ең көбі { $limit } файлдар кіреді. Үлкен құжатты бөлек сұраңыз: оның файлы мен қолтаңбасы (.p7s) өз бетінен жүктеліп алынады және «qolhat verify» пәрменімен бірге тексеріледі; оператордың қолхаты файлдың SHA-256 мәнін журналмен байланыстырады.
problem-media-type-refused-title = Файлдың мұндай түрі қабылданбайды
problem-media-type-refused-detail = «{ $name }» — { $media_type }. Қабылданатыны: { $allowed }.
problem-unknown-kind-title = Құжат түрі немесе нұсқасы белгісіз
problem-unknown-kind-detail = { $kind }: мұндай түр немесе нұсқа жоқ. Түрлер тізімін қараңыз.

### Signatures and certificates

problem-signature-content-mismatch-title = Қолтаңба басқа мазмұнға қойылған
problem-signature-content-mismatch-detail = Файл қол қойылғаннан кейін өзгерген немесе басқа файл жіберілген. Жіберілетін файлдың өзіне қол қойыңыз.
problem-signature-invalid-title = Қолтаңба жарамсыз
problem-signature-invalid-detail = Тексеру өтпеді, құжат алынбады. Құжатқа қайта қол қойыңыз.
problem-signature-already-used-title = Бұл қолтаңба қолданылып қойған
problem-signature-already-used-detail = Дәл осы қолтаңба басқа құжатқа тіркелген. Осы құжатқа жаңадан қол қойыңыз.
problem-login-text-not-a-document-title = Жүйеге кіру мәтініне құжат ретінде қол қойылмайды
problem-login-text-not-a-document-detail = Мұндай мәтінге қойылған қолтаңбамен жүйеге кіруге болады. Оны құжат ретінде жіберуге де, оған қол қоюға да болмайды. Біреу сұраса, операторға хабарлаңыз.
problem-signature-missing-title = Қолтаңба жоқ
problem-signature-missing-detail = Қол қойылмаған файл электрондық құжат емес. ЭЦҚ-мен қол қойыңыз.
problem-signature-unsupported-title = Қолтаңба түрі қолдау таппайды
problem-signature-unsupported-detail = Алгоритм немесе пішім: { $reason }. ҰКО-ның қолданыстағы кілтімен қол қойыңыз.
problem-several-signers-title = Бір файлда бірнеше қолтаңба
problem-several-signers-detail = Файлда { $count } қолтаңба бар, біреуі керек. Әр қолтаңбаны бөлек жіберіңіз.
problem-certificate-expired-title = Куәліктің мерзімі өткен
problem-certificate-expired-detail = Куәлік { $not_after } дейін жарамды болды, пайдаланылған уақыты { $at }. ҰКО-дан жаңа куәлік алыңыз.
problem-certificate-not-yet-valid-title = Куәлік әлі күшіне енбеген
problem-certificate-not-yet-valid-detail = Куәлік { $not_before } бастап жарамды, пайдаланылған уақыты { $at }. Компьютер сағатын тексеріңіз немесе күтіңіз.
problem-certificate-revoked-title = Куәлік кері қайтарып алынған
problem-certificate-revoked-detail = Кері қайтарып алынған уақыты: { $since }. ҰКО-дан жаңа куәлік алып, қайта қол қойыңыз.
problem-certificate-on-hold-title = Куәлік тоқтатыла тұрған
problem-certificate-on-hold-detail = Куәландырушы орталық оны тоқтата тұрған. Орталыққа жүгініңіз немесе басқа куәлікпен қол қойыңыз.
problem-certificate-untrusted-title = Куәлікке сенім жоқ
problem-certificate-untrusted-detail = Берушісі: { $issuer }. Ол сенімді орталыққа жеткізбейді. Қазақстан ҰКО куәлігімен қол қойыңыз.
problem-certificate-status-unknown-title = Куәліктің мәртебесі белгісіз
problem-certificate-status-unknown-detail = Куәландырушы орталық уақытында жауап бермеді, құжат әзірге алынбады. Кейінірек қайталаңыз. Толығырақ: { $reason }.
problem-time-stamp-unavailable-title = Уақыт белгісі алынбады
problem-time-stamp-unavailable-detail = Қол қою уақытын дәлелдейтін қызмет жауап бермеді. Кейінірек қайталаңыз.
problem-authentication-key-used-for-signing-title = Кіру кілтімен қол қойылған
problem-authentication-key-used-for-signing-detail = AUTH кілті тек жүйеге кіруге арналған. RSA немесе GOST қол қою кілтін таңдаңыз.
problem-signer-is-not-the-caller-title = Басқа тұлға қол қойған
problem-signer-is-not-the-caller-detail = Қолтаңбадағы ЖСН жүйеге кірген адамдікі емес. Өз кілтіңізбен қол қойыңыз.
problem-wrong-capacity-title = Куәлік басқа тараптың атынан
problem-wrong-capacity-detail = Жеке куәлік ұйымды, ал ұйым куәлігі жеке тұлғаны міндеттемейді. Осы тараптың куәлігін таңдаңыз.
problem-signer-lacks-authority-title = Қол қоюға өкілеттік жоқ
problem-signer-lacks-authority-detail = Рөлі: { $role }. Ол бұл құжатқа қол қоюға құқық бермейді: { $kind }. Басшы немесе қол қою құқығы бар тұлға қол қойсын.
problem-key-compromised-title = Кілт жария болған деп хабарланған
problem-key-compromised-detail = Бұл кілтпен қол қойылған жаңа құжаттар қабылданбайды. Қай уақыттан: { $since }. Жаңа куәлікпен қол қойыңыз немесе операторға жүгініңіз.
problem-certificate-annulled-title = Куәлік тіркеуден шығарылған
problem-certificate-annulled-detail = Оператор оны осы клиенттің тіркеуінен шығарған. Жаңа куәлікті тіркеңіз.

### Offers

problem-offer-unknown-title = Мұндай оферта жоқ
problem-offer-unknown-detail = Сілтемені тексеріңіз немесе жарияланған оферталар тізімін ашыңыз.
problem-offer-withdrawn-title = Оферта кері шақырып алынған
problem-offer-withdrawn-detail = Ол { $since } кері шақырып алынды, енді қабылданбайды. Бұрынғы акцепттер күшінде.
problem-offer-not-in-force-title = Офертаның бұл редакциясы қазір күшінде емес
problem-offer-not-in-force-detail = Басталуы: { $from }, аяқталуы: { $until }. Қолданыстағы редакцияны ашыңыз.
problem-offer-language-missing-title = Бұл тілде мәтін жоқ
problem-offer-language-missing-detail = Тілі: { $language }. Басқа тілдегі мәтінді ашыңыз немесе осы тілдегісін қосыңыз.
problem-offer-text-mismatch-title = Басқа мәтін қабылданған
problem-offer-text-mismatch-detail = Келісімдегі SHA-256 жарияланған мәтіндікі емес. Офертаны қайта ашып, сол мәтінді қабылдаңыз.
problem-offer-version-exists-title = Бұл редакция жарияланған
problem-offer-version-exists-detail = { $version }-редакция өзгермейді. Жаңа редакция жариялаңыз.
problem-already-accepted-title = Оферта бұрын қабылданған
problem-already-accepted-detail = Бұл тарап осы редакцияны қабылдап қойған. Ештеңе істеудің қажеті жоқ.
problem-consent-mismatch-title = Келісім тіркеу деректерінен өзгеше
problem-consent-mismatch-detail = { $pointer }: мән тіркеу кезінде берілгеннен басқа. Келісімді қайта жасап, қол қойыңыз.
problem-declarations-incomplete-title = Мәлімдеме немесе келісім берілмеген
problem-declarations-incomplete-detail = Оқып, растаңыз: { $declaration }. Онсыз акцепт болмайды.
problem-client-data-mismatch-title = Деректер куәліктегіден өзгеше
problem-client-data-mismatch-detail = { $field }: берілгені «{ $given }», куәлікте «{ $expected }». Деректерді түзетіңіз немесе өз куәлігіңізбен қол қойыңыз.

### Clients and employees

problem-not-a-client-title = Операторға қосылу келісімі жоқ
problem-not-a-client-detail = Алдымен офертаны ЭЦҚ-мен қабылдаңыз.
problem-recipient-not-a-client-title = Алушы клиент емес
problem-recipient-not-a-client-detail = { $recipient } офертаны қабылдамаған. Алдымен оны шақырыңыз.
problem-already-a-client-title = Тарап бұрыннан клиент
problem-already-a-client-detail = Қайта тіркелудің қажеті жоқ: жүйеге кіріңіз.
problem-already-invited-title = Контрагент бұрын шақырылған
problem-already-invited-detail = { $recipient } шақыру алған. Жауабын күтіңіз.
problem-already-an-employee-title = Бұл адам бұрыннан қызметкер
problem-already-an-employee-detail = Қажет болса, құқықтарын өзгертіңіз.
problem-employee-unknown-title = Мұндай қызметкер жоқ
problem-employee-unknown-detail = ЖСН-ді тексеріңіз немесе қызметкерді қосыңыз.

### Documents

problem-document-unknown-title = Мұндай құжат жоқ
problem-document-unknown-detail = Құжат жоқ немесе ол сіздің тарапыңызға арналмаған. Сілтемені тексеріңіз.
problem-document-state-title = Құжаттың күйі бұған жол бермейді
problem-document-state-detail = Қазіргі күйі: { $state }. Құжатты ашып, не істеуге болатынын қараңыз.
problem-document-already-signed-title = Құжатқа бұрын қол қойылған
problem-document-already-signed-detail = Екінші рет қол қоюдың қажеті жоқ. Өзгерту үшін жаңа құжат жіберіңіз.
problem-document-already-rejected-title = Құжаттан бас тартылған
problem-document-already-rejected-detail = Алушы бас тартқан. Түзетіп, жаңа құжат жіберіңіз.
problem-document-withdrawn-title = Құжат кері шақырып алынған
problem-document-withdrawn-detail = Жіберуші оны кері шақырып алған. Жаңа құжатты күтіңіз немесе жіберушіге жүгініңіз.
problem-content-destroyed-title = Мазмұны жойылған
problem-content-destroyed-detail = Құжаттың мазмұны иелерінің сұрауы бойынша жойылған немесе сіздің тарап жоюды сұрап, қол жеткізу құқығынан айырылған. Журнал мен оның дәлелдері сақталады.
problem-document-not-yet-received-title = Құжат әлі алынбаған
problem-document-not-yet-received-detail = Ол журналға жазылуда немесе қолтаңбасы тексерілуде. Біраздан кейін қайталаңыз.
problem-reason-required-title = Себебін көрсету керек
problem-reason-required-detail = Бас тартудың немесе кері шақырудың себебін жазыңыз: оны екінші тарап көреді.
problem-not-the-recipient-title = Мұны тек алушы істей алады
problem-not-the-recipient-detail = Құжат басқа тарапқа жіберілген. Сол тараптың атынан кіріңіз.
problem-not-the-sender-title = Мұны тек жіберуші істей алады
problem-not-the-sender-detail = Құжатта жіберуші ретінде басқа тарап көрсетілген. Сол тараптың атынан кіріңіз немесе құжатты түзетіңіз.
problem-recipient-is-the-sender-title = Жіберуші мен алушы бір тарап
problem-recipient-is-the-sender-detail = Құжатта екі түрлі тарап болуы керек. Алушыны түзетіңіз.
problem-kind-not-for-sending-title = Мұндай құжат контрагентке жіберілмейді
problem-kind-not-for-sending-detail = { $kind }: ол тек операторға беріледі. Офертаны тіркеу бетінде қабылдаңыз.

### Certificates, compromise, officers

problem-certificate-unknown-title = Куәлік тіркелмеген
problem-certificate-unknown-detail = Бұл клиентте мұндай куәлік жоқ. Нөмірін тексеріңіз немесе сол куәлікпен кіріңіз.
problem-compromise-in-future-title = Жария болу уақыты келешекте
problem-compromise-in-future-detail = Көрсетілгені: { $at }. Өткен немесе қазіргі уақытты көрсетіңіз.
problem-compromise-before-certificate-title = Жария болу уақыты куәлік берілгенге дейін
problem-compromise-before-certificate-detail = Куәлік { $not_before } бастап жарамды. Одан кейінгі уақытты көрсетіңіз.
problem-case-unknown-title = Мұндай іс жоқ
problem-case-unknown-detail = Іс нөмірін тексеріңіз.
problem-case-closed-title = Іс жабылған
problem-case-closed-detail = Шешім қабылданған. Жаңа хабарлама болса, жаңа іс ашыңыз.
problem-case-already-open-title = Іс қаралып жатыр
problem-case-already-open-detail = Бұл куәлік бойынша іс бар: { $case }. Оператор шешімін күтіңіз.
problem-own-case-title = Іс өзіңіздің куәлігіңіз туралы
problem-own-case-detail = Өз кілтіңіз туралы істі шеше алмайсыз. Шешімді басқа уәкілетті тұлға қабылдауы тиіс.
problem-not-the-holder-title = Мұны тек куәлік иесі істей алады
problem-not-the-holder-detail = Өкіл арқылы болмайды: иесінің өзі кіруі керек.
problem-not-an-officer-title = Мұны оператордың уәкілетті тұлғасы ғана істей алады
problem-not-an-officer-detail = Уәкілетті тұлғаның куәлігімен кіріңіз немесе операторға жүгініңіз.

### Extracts

problem-extract-unknown-title = Мұндай үзінді көшірме жоқ
problem-extract-unknown-detail = Нөмірін тексеріңіз.
problem-extract-state-title = Үзінді көшірменің күйі бұған жол бермейді
problem-extract-state-detail = Қазіргі күйі: { $state }.
problem-extract-scope-empty-title = Сұрау бойынша ештеңе табылмады
problem-extract-scope-empty-detail = Журналда мұндай жазба жоқ. Құжаттарды немесе кезеңді түзетіңіз.
problem-court-request-unknown-title = Мұндай сот сұрауы жоқ
problem-court-request-unknown-detail = Оның нөмірін тексеріңіз.
problem-court-request-state-title = Сот сұрауының күйі бұған жол бермейді
problem-court-request-state-detail = Қазіргі күйі: { $court-state }.
problem-court-request-expired-title = Сот сұрауының мерзімі өтті
problem-court-request-expired-detail = Жауап беру мерзімі { $until } дейін болған. Жаңа сұрауды жазыңыз.
problem-pruning-unknown-title = Журналдан жазбаларды мұндай шығару табылмады
problem-pruning-unknown-detail = Нөмірін тексеріңіз.
problem-pruning-state-title = Шығарудың күйі бұған жол бермейді
problem-pruning-state-detail = Қазір: { $pruning-state }.
problem-own-pruning-title = Бұл шығаруды өзіңіз ұсындыңыз
problem-own-pruning-detail = Шешімді басқа уәкілетті тұлға қабылдауы тиіс.
problem-pruning-early-title = Бұл жазбалардың барлығының бірдей сақтау мерзімі өткен жоқ
problem-pruning-early-detail = Олардың соңғысы { $until } дейін сақталады.
problem-pruning-not-exported-title = Бұл жазбалар дерекқордан тыс тиісінше сақталмаған
problem-pruning-not-exported-detail = Экспортталғаны: { $detail }.
problem-pruning-held-title = Бұл жазбаларға қатысты жоюға тыйым немесе сот сұрауы бар
problem-pruning-held-detail = Қатысы бары: { $what }.
problem-entries-pruned-title = Журналдың бұл жазбалары дерекқорда енді жоқ
problem-entries-pruned-detail = Журнал { $minimum }-жазбадан бастап сақталады; бұрынғылары экспортталған сегменттерінде жатыр.
problem-own-court-request-title = Бұл сұрауды өзіңіз жаздыңыз
problem-own-court-request-detail = Ол бойынша шешімді басқа уәкілетті тұлға қабылдауы тиіс.
problem-asker-is-no-party-title = Сұратушы сұралғанның бәріне тарап емес
problem-asker-is-no-party-detail = Бір уәкілетті тұлға үзінді көшірмені онда көрсетілгеннің бәріне тарап болғанға ғана береді. Басқалары үшін соттың немесе органның сұрауын тіркеңіз: оны басқа уәкілетті тұлға мақұлдайды.
problem-court-scope-wider-title = Мақұлданғаннан көп сұралды
problem-court-scope-wider-detail = Үзінді көшірме сот сұрауының шегінен шықпауы тиіс.

### Access

problem-challenge-unknown-title = Кіру сұрауы табылмады
problem-challenge-unknown-detail = Ол бір рет қана жарайды. Кіруді қайта бастаңыз.
problem-challenge-expired-title = Кіру сұрауының уақыты өтті
problem-challenge-expired-detail = Кіруді қайта бастап, бірден қол қойыңыз.
problem-login-required-title = Жүйеге кіру керек
problem-login-required-detail = ЭЦҚ-мен кіріп, қайталаңыз.
problem-session-expired-title = Сеанс аяқталды
problem-session-expired-detail = Қайта кіріп, әрекетті қайталаңыз.
problem-other-session-title = Бұл бет басқа адам үшін ашылған
problem-other-session-detail = Бұл бет ашылғаннан кейін осы браузерде басқа кілтпен кірген. Ештеңе жасалған жоқ. Бетті жаңартып, кімнің атынан жұмыс істеп отырғаныңызды тексеріңіз.
problem-cross-site-request-title = Сұрау біздің беттен келген жоқ
problem-cross-site-request-detail = Нысан басқа сайттан жіберілген немесе браузер оның қайдан келгенін айтпаған. Ештеңе жасалған жоқ. Бетті біздің сайттан ашып, қайталаңыз.
problem-idempotency-key-missing-title = Idempotency-Key тақырыбы жоқ
problem-idempotency-key-missing-detail = Жазатын әр сұрауға жаңа кездейсоқ мән қосыңыз.
problem-idempotency-key-reused-title = Idempotency-Key басқа сұрауда қолданылған
problem-idempotency-key-reused-detail = Жаңа сұрауға жаңа кілт беріңіз.
problem-address-invalid-title = Мұндай электрондық пошта мекенжайы қабылданбайды
problem-address-invalid-detail = Мекенжайды name@example.kz түрінде жазыңыз. Қазақ немесе орыс әріпті доменді xn-- түрінде жазыңыз.
problem-phone-invalid-title = Мұндай телефон нөмірі қабылданбайды
problem-phone-invalid-detail = Қазақстанның ұялы нөмірін жазыңыз, мысалы +7 701 123 45 67.
problem-report-unsigned-title = Есепке шлюз қол қоймаған
problem-report-unsigned-detail = Оған ортақ құпия кілтпен қол қойып, бес минут ішінде жіберіңіз (docs/messages.md).
problem-channel-unavailable-title = Сервис хабарламаларды бұл арнамен жібермейді
problem-channel-unavailable-detail = Оператордан сұраңыз: хабарламаның бұл арнасы бапталмаған.
problem-contact-unknown-title = Мұндай мекенжай табылмады
problem-contact-unknown-detail = Мекенжайлар тізімін қараңыз: басқа адамның мекенжайлары көрсетілмейді.
problem-contact-exists-title = Бұл мекенжай немесе нөмір бұрыннан бар
problem-contact-exists-detail = Оны растаңыз немесе басқасын қосыңыз.
problem-contact-confirmed-title = Мекенжай расталған
problem-contact-confirmed-detail = Басқа ештеңе істеудің қажеті жоқ.
problem-too-many-contacts-title = Мекенжайлар тым көп
problem-too-many-contacts-detail = Ең көбі { $limit } мекенжай. Қажет емесін жойыңыз.
problem-code-unknown-title = Бұл сеанста жарамды код жоқ
problem-code-unknown-detail = Код бір рет, тек өзі сұралған сеанста жарамды. Жаңа код сұраңыз.
problem-code-expired-title = Кодтың мерзімі өтті
problem-code-expired-detail = Жаңа код сұраңыз.
problem-code-open-title = Хабарламадағы бір реттік код әлі жарамды
problem-code-open-detail = Хабарламаны оқыған адам кодты енгізе алар еді. { $until } кейін немесе код енгізілген соң қайта сұраңыз.
problem-code-wrong-title = Код дұрыс емес
problem-code-wrong-detail = Қалған әрекет саны: { $left }.
problem-session-unknown-title = Мұндай сеанс журналда жоқ
problem-session-unknown-detail = Сеанстың сәйкестендіргішін тексеріңіз.
problem-message-unknown-title = Мұндай хабарлама журналда жоқ
problem-message-unknown-detail = Хабарламаның сәйкестендіргішін тексеріңіз.
problem-rate-limited-title = Сұраулар тым жиі
problem-rate-limited-detail = { $seconds } секундтан кейін қайталаңыз.
problem-not-found-title = Табылмады
problem-not-found-detail = Мұндай бет немесе ресурс жоқ. Мекенжайды тексеріңіз.
problem-method-not-allowed-title = Бұл мекенжайда мұндай әдіс жоқ
problem-method-not-allowed-detail = API сипаттамасын қараңыз.

### Faults

problem-journal-unavailable-title = Журнал жауап бермейді
problem-journal-unavailable-detail = Жазусыз ештеңе алынған болып саналмайды. Кейінірек дәл сол кілтпен қайталаңыз.
problem-storage-full-title = Сақтайтын орын жоқ
problem-storage-full-detail = Құжат қабылданбады. Операторға хабарлаңыз да, кейінірек қайталаңыз.
problem-seal-unavailable-title = Оператордың кілті жауап бермейді
problem-seal-unavailable-detail = Ештеңе берілген жоқ, жазылғаны жазылған күйінде қалады. Операторға хабарланды; кейінірек қайталаңыз.
problem-service-unavailable-title = Қызмет уақытша жұмыс істемейді
problem-service-unavailable-detail = Бірнеше минуттан кейін қайталаңыз. Бұрын қабылданғандар сақталған.
problem-internal-title = Біздің қате
problem-internal-detail = Мына нөмірді операторға хабарлаңыз: { $trace_id }. Бұрын қабылданғандар сақталған.

## Receipts of the operator

own-statement = өз мәлімдемесі
receipt-title = № { $number } қолхат: құжаттың алынғаны туралы
receipt-document = Құжат: { $kind }, № { $number }, «{ $title }»
receipt-sender = Жіберуші: { $name } ({ $party })
receipt-recipient = Алушы: { $name } ({ $party })
receipt-received = Алынды: { $at }, журналдың { $seq }-жазбасы
receipt-content = Түпнұсқаның SHA-256 мәні: { $sha256 }
receipt-signature = Қол қойған: { $name }, ЖСН { $iin }; қорытынды: { $verdict }
receipt-operator = Оператор: { $name }, БСН { $bin }
receipt-log = Журнал: { $origin }

## Notices to the parties; the same words name entries of the journal

notice-keeping-ends-in-90 = 90 күннен кейін құжаттарыңыздың жүйеде сақталуы аяқталады: оларды жүктеп алыңыз немесе жоюды сұраңыз
notice-keeping-ends-in-30 = 30 күннен кейін құжаттарыңыздың жүйеде сақталуы аяқталады: оларды жүктеп алыңыз немесе жоюды сұраңыз
notice-keeping-ends-in-7 = 7 күннен кейін құжаттарыңыздың жүйеде сақталуы аяқталады: оларды жүктеп алыңыз немесе жоюды сұраңыз
notice-document-drafted = Құжат жобасы жасалды
notice-document-check-pending = Қолтаңба тексерілуде, құжат әлі алынған жоқ
notice-document-check-failed = Қолтаңба тексеруден өтпеді, құжат алынбаған болып саналады
notice-document-recorded = Құжат журналға жазылды және алынды
notice-document-received = Құжат алынды
notice-document-signed = Құжатқа екінші тарап қол қойды
notice-document-rejected = Алушы құжаттан бас тартты
notice-document-withdrawn = Жіберуші құжатты кері шақырып алды
notice-document-contested = Құжаттағы қолтаңба даулы: кілттің жария болғаны хабарланды
notice-document-destruction-requested = Тарап мазмұнын жоюды сұрады
notice-document-destroyed = Мазмұны жойылды
notice-document-held = Жоюға тыйым салынды
notice-document-released = Жоюға тыйым алып тасталды
notice-offer-published = Оферта жарияланды
notice-offer-withdrawn = Оферта кері шақырып алынды
notice-offer-accepted = Оферта қабылданды
notice-counterparty-invited = Контрагент шақырылды
notice-employee-added = Қызметкер қосылды
notice-session-opened = Жүйеге кіру болды
notice-compromise-reported = Кілттің жария болғаны хабарланды, куәлік тоқтатыла тұрды
notice-compromise-annulled = Кілттің жария болғаны расталды, куәлік тіркеуден шығарылды
notice-compromise-lifted = Куәліктің тоқтатыла тұруы алынды
notice-extract-prepared = Үзінді көшірме дайындалды
notice-extract-issued = Үзінді көшірме берілді
notice-attempt-refused = Әрекетке рұқсат берілмеді

## Mail

mail-code-subject = Растау коды: { $operator }
mail-code-code = Код: { $code }
mail-code-term = Код { $minutes } минут, бір рет, тек өзі сұралған сеанста жарамды.
mail-code-warning = Код сұрамаған болсаңыз, хатты елемеңіз. Кодты ешкімге айтпаңыз.
mail-signature = { $operator }. Бұл хатқа жауап берудің қажеті жоқ.
mail-notice-where = Толығы: { $address }
mail-notice-source = Бұл хат — тек ескерту; негізгісі — сервистегі хабарламалар таспасы.
mail-instead-of-sms = Бұл хат { $ending } цифрларымен аяқталатын нөмірге жіберілген SMS орнына жіберілді: оның жеткізілгені расталмады.
sms-code = Код: { $code }. Ешкімге айтпаңыз. { $minutes } минут жарамды.
sms-notice = { $what }. Толығы: { $where }

channel-email = электрондық поштамен
channel-sms = SMS арқылы

## Extracts

extract-title = Журналдан № { $number } үзінді көшірме
extract-operator = Оператор: { $name }, БСН { $bin }
extract-log = Журнал: { $origin }
extract-made-at = Жасалған уақыты: { $at }
extract-officer = Уәкілетті тұлға: { $name }, ЖСН { $iin }
extract-asked-by = Сұратушы: { $who }
extract-ground = Негіздемесі: { $ground }
extract-scope = Не сұралды: { $scope }
extract-source = Көзі — тек оператордың журналдары мен қоймалары; клиент бағдарламаларының деректері алынбаған.
extract-read-howto = Операторсыз қалай тексеруге болады: HOWTO.txt. Бұл мәтін анықтама үшін, дәлел — қол қойылған файлдар.
extract-documents = Құжаттар: { $count }
extract-document = { $kind }, № { $number }, «{ $title }»
extract-document-id = Сәйкестендіргіші: { $id }
extract-document-date = Құжат күні: { $date }
extract-document-state = Күйі: { $state }
extract-sender = Жіберуші: { $name } ({ $party })
extract-recipient = Алушы: { $name } ({ $party })
extract-received = Алынды: { $at }, журналдың { $seq }-жазбасы
extract-not-received = Алынбаған
extract-original = Түпнұсқа: «{ $name }», { $size } байт, { $path }, SHA-256 { $sha256 }
extract-attachment = Қосымша: «{ $name }», { $size } байт, { $path }, SHA-256 { $sha256 }
extract-signature-of-sender = Жіберушінің ЭЦҚ
extract-signature-of-recipient = Алушының ЭЦҚ
extract-signer = Қол қойған: { $name }, ЖСН { $iin }, БСН { $bin }, рөлі: { $role }
extract-signed-proven = Қол қою уақыты уақыт белгісімен дәлелденген: { $at }
extract-signed-unproven = Қол қою уақыты дәлелденбеген
extract-signed-claimed = Қол қоюшы көрсеткен уақыт (дәлел емес): { $at }
extract-signature-checked = Тексерілді: { $at }, қорытынды: { $verdict }
extract-signature-entry = Журналдың { $seq }-жазбасы
extract-signature-without-effect = Журналға жазылмаған: заңдық салдары жоқ
extract-signature-file = Қолтаңба файлы: { $path }
extract-signature-contested = Даулы: кілттің жария болуы туралы іс { $case }
extract-receipt = Оператордың қолхаты: { $path }
extract-receipt-unproven = Қолхатта уақыт белгісі жоқ: анықтама үшін, қорытынды оған сүйенбейді
extract-conditions = Заңдық күшінің төрт шарты (келісім, 5.2.3-тармақ) — оператордың тексеру хаттамасы бойынша:
extract-condition-holds = орындалды
extract-condition-fails = орындалмады
extract-cases = Кілттің жария болуы туралы істер: { $count }
extract-case = Іс { $id }, куәліктің SHA-256 мәні: { $certificate }
extract-case-reported = Хабарлама алынды: { $at }
extract-case-since = Иесінің айтуынша, жария болған уақыты: { $at }
extract-case-cut-off = Осы уақыттан бері қолтаңбалар қабылданбайды: { $at }
extract-case-open = Күйі: қаралуда
extract-case-annulled = Күйі: расталды, куәлік тіркеуден шығарылды
extract-case-lifted = Күйі: тоқтата тұру алынды
extract-case-document = Даулы құжат: { $id }
extract-entries = Журнал жазбалары: { $count }
extract-checkpoint = Журналдың бақылау нүктесі: { $size } жазба, түбірі { $root }
extract-checkpoint-stamped = Бақылау нүктесінің уақыт белгісі: { $path }
extract-checkpoint-unstamped = Бақылау нүктесінде уақыт белгісі жоқ.
extract-completeness-1 = Толықтығы, 1-деңгей: әр жазба бақылау нүктесіне дейін журналда болған. Басқа жазбалардың жоқтығы айтылмайды.
extract-completeness-2 = Толықтығы, 2-деңгей: төмендегі әр субъектінің біріншіден осындағы соңғысына дейінгі барлық жазбасы үзіліссіз осында. Бақылау нүктесіне дейін одан кейін жазба болмағаны — оператордың қол қойып айтқан сөзі, ол басқаша дәлелденбейді.
extract-completeness-3 = Толықтығы, 3-деңгей: төмендегі әр субъектінің барлық жазбасы үзіліссіз осында. Журналдың { $entry }-жазбасындағы мөр ({ $at }) журналдың алғашқы { $size } жазбасының ішінде басқасы болмағанын көрсетеді. Мөр мен бақылау нүктесінің арасында жаңа жазба болмағаны — оператордың қол қойып айтқан сөзі, ол басқаша дәлелденбейді.
extract-subject = { $identity }: жазбалар { $count } ({ $entries })
extract-subject-pruned = оның алғашқы { $count } жазбасы ({ $seq }-жазбаны қоса алғанда) сақтау мерзімі өтіп, журналдан шығарылған; осындағы жазбалардың солардан кейін келетінін хэш көрсетеді, ал шығарылғандарында не айтылғанын журналдың экспортталған сегменттері ғана көрсетеді
extract-caveat = Әр субъектінің журналда бір ғана аты бар, бұл дәлелденген. Мөрдің барлық субъект үшін дұрыстығын журналды түгел қайта оқыған адам, мысалы аудитор анықтайды. Жасырылған жазба табылса, оператордың сөзі жалған болғанын дәлелдейді. Бақылау нүктесінен кейінгі және осында аталмаған субъектілердің жазбалары бұл мәлімдемеге кірмейді.

### What is found when an extract is verified

extract-verdict-good = Үзінді көшірме түпнұсқа және өзгертілмеген
extract-verdict-bad = Үзінді көшірмеге сенуге болмайды
extract-verdict-undetermined = Үзінді көшірменің түпнұсқалығы анықталмады
extract-verdict-unreadable = Бұл үзінді көшірме файлы емес немесе нұсқасы белгісіз
extract-verdict-pinned = Оператор мен журнал кілті тексерушінің өз деректеріне сай
extract-verdict-not-pinned = Оператор мен журнал кілті салыстырылмады: --operator БСН және --log-key КІЛТ беріңіз
extract-verdict-signature = { $what }: { $name }, ЖСН { $iin }, БСН { $bin }
extract-verdict-signature-checked = Қазір тексерілді, { $at } сәтіне: { $verdict }
extract-verdict-list-of-before = Куәлік алу сәтінде қол қоюдан бұрын шыққан тізіммен тексерілген: сол аралықта қайтарып алынса, онда көрінбейді
extract-verdict-about = Үзінді көшірме мынаған қатысты: { $identity }
extract-verdict-message = Хабарламаның файлы: { $path }
extract-verdict-papers = Тек адамдарға арналған, мөрленген, бірақ жазбалармен салыстырылмаған: { $papers }
extract-verdict-entries = Журнал жазбалары: { $count }, журналда болғаны дәлелденгені: { $included }
extract-verdict-period = { $party } жазбалары, { $from } бастап { $to } дейін, оператор сағаты бойынша: { $entries }
extract-period-shown = Кезеңдегі жабық жазбалар: { $closed } — оларда айтылғаны сақтау мерзімі өткен соң өшірілген. Кезеңде тіркеліп, кейін жойылған және мұнда келтірілмеген құжаттар: { $destroyed }.
extract-verdict-checkpoint-proven = Бақылау нүктесінің уақыты дәлелденген: { $at }
extract-verdict-witness = Куәгер { $key } бақылау нүктесін { $at } растаған
extract-verdict-failure = { $part }: { $fault } ({ $detail })
extract-verdict-failures-left-off = Тағы { $count } сәйкессіздік көрсетілмеді
extract-signed-as-seal = Оператордың мөрі
extract-signed-as-officer = Уәкілетті тұлғаның қолтаңбасы
extract-signed-as-party = Тараптың қолтаңбасы
extract-signed-as-receipt = Оператордың қолхаты

### Faults of an extract

extract-fault-container-not-canonical = zip пішімі үзінді көшірмедегідей емес немесе өзгертілген
extract-fault-file-missing = міндетті файл жоқ
extract-fault-file-unexpected = артық файл бар
extract-fault-json-malformed = JSON пішімге сай емес
extract-fault-manifest-not-canonical = манифест мазмұнға сай жазылмаған
extract-fault-signature-malformed = бұл бір қол қоюшысы бар CMS емес
extract-fault-evidence-malformed = дәлелдеме файлы бүлінген
extract-fault-digest-differs = файл өзгертілген: SHA-256 сәйкес емес
extract-fault-manifest-list-differs = манифесттегі файлдар тізімі нақты файлдарға сай емес
extract-fault-signed-content-differs = қолтаңба ішінде басқа мазмұн бар
extract-fault-operator-differs = күтілгеннен басқа оператор
extract-fault-seal-is-not-the-operators = мөр оператордың ақпараттық жүйесінікі емес
extract-fault-log-differs = күтілгеннен басқа журнал немесе кілт
extract-fault-officer-differs = аталған уәкілетті тұлға қол қоймаған
extract-fault-binding-does-not-hold = журнал кілтінің байланыстырушы жазбасы сәйкес емес
extract-fault-checkpoint-not-signed = бақылау нүктесіне журнал кілтімен қол қойылмаған
extract-fault-checkpoint-differs = бақылау нүктесінде басқа журнал, көлем немесе түбір
extract-fault-checkpoint-time-stamp-differs = уақыт белгісі бақылау нүктесіне қойылмаған
extract-fault-entry-malformed = бұл осы журналдың жазбасы емес
extract-fault-leaf-differs = жазбаның хэші сәйкес емес
extract-fault-proof-does-not-hold = дәлелдеме жазбаны бақылау нүктесіне жеткізбейді
extract-fault-opening-does-not-fit = ашылған мән журналға жазылғанға сай емес
extract-fault-entry-time-goes-back = жазбалар уақыты кері кеткен
extract-fault-entry-later-than-proof = жазбаның уақыты оның журналда болғанын дәлелдейтін уақыттан кейін
extract-fault-statement-malformed = толықтық туралы мәлімдеме өзіне қайшы
extract-fault-subject-history-broken = субъект жазбаларының тізбегінде олқылық бар
extract-fault-pseudonym-not-proven = субъектінің бүркеншік аты жалғыз екені дәлелденбеген
extract-fault-pruned-not-proven = журналдан шығарылды делінген жазбалардың сақтау мерзімі өткені, яғни болмауы мүмкін екені көрсетілмеген
extract-fault-seal-does-not-show = журнал мөрі субъекті туралы айтылғанды көрсетпейді
extract-fault-seal-too-old = журнал мөрі бақылау нүктесінен бір тәуліктен астам бұрын қойылған
extract-fault-scope-differs-from-journal = үзінді көшірме онда аталған тарап пен кезең туралы емес
extract-fault-asker-is-no-party = сұратушы көрсетілгеннің бәріне тарап емес немесе сұрау аталмаған
extract-fault-level-not-shown = үзінді көшірме талап етілгеннен төмен толықтық деңгейін көрсетеді
extract-fault-document-differs-from-journal = құжат журналға жазылғаннан өзгеше
extract-fault-entry-field-not-revealed = жазбаның қажетті өрісі ашылмаған
extract-fault-state-differs-from-journal = құжаттың күйі журналға қайшы
extract-fault-signature-missing = құжатта болуға тиіс қолтаңба жоқ
extract-fault-signer-differs = қол қойған аталған тұлға емес
extract-fault-signer-may-not-bind = куәлік тараптың атынан мұндай құжатқа қол қоюға құқық бермейді
extract-fault-text-differs-from-records = адамға арналған мәтін жазбаларға сай емес
extract-fault-receipt-differs = қолхат оператордікі емес немесе басқа құжатқа берілген
extract-fault-message-differs-from-journal = хабарлама журналға сәйкес емес
extract-fault-case-differs-from-journal = кілттің жария болуы туралы іс журналға қайшы
extract-fault-operator-not-pinned = оператор немесе журнал кілті көрсетілмеген
extract-fault-witness-missing = күтілген куәгер бақылау нүктесін растамаған
extract-fault-checkpoint-time-not-proven = бақылау нүктесінің уақыты дәлелденбеген немесе мөрден бір тәуліктен ескі
extract-fault-signature-time-not-proven = жазбаға дейінгі уақыт белгісі жоқ: қолтаңбаның сол кезде болғаны дәлелденбеген
extract-fault-signature-failed = қолтаңба немесе уақыт белгісі жарамсыз
extract-fault-signature-undetermined = қолтаңбаның немесе уақыт белгісінің жарамдылығы анықталмады

## The command line

### Answers

cli-yes = иә
cli-no = жоқ
cli-not-checked = тексерілмеді
cli-none = жоқ
cli-verdict-good = ЭЦҚ жарамды
cli-verdict-bad = ЭЦҚ жарамсыз
cli-verdict-undetermined = ЭЦҚ жарамдылығы анықталмады
cli-no-signatures = Файлда қолтаңба жоқ
cli-signature = Қолтаңба { $number } / { $total }
cli-offline = Тексеру желісіз жүргізілді: тек берілген дәлелдемелер қолданылды
cli-online = Дәлелдемелер куәландырушы орталықтың қызметтерінен алынып, берілгендерімен бірге қолданылды

### Labels: printed before a value and a colon

cli-label-file = Файл
cli-label-format = Пішімі
cli-label-at = Тексеру сәті
cli-label-verdict = Қорытынды
cli-label-reason = Себебі
cli-label-signed-by = Қол қойған
cli-label-iin = ЖСН
cli-label-bin = БСН
cli-label-organization = Ұйым
cli-label-role = Рөлі
cli-label-signer-kind = Кім ретінде
cli-label-claimed-at = Көрсетілген уақыты (дәлел емес)
cli-label-proven-at = Дәлелденген уақыты
cli-label-judged-at = Куәлік тексерілген сәт
cli-label-received-at = Алынған уақыты
cli-label-covers = Қамтиды
cli-extended = Қолтаңбаның деңгейі көтерілді: { $file }
cli-container-findings = Контейнер туралы:
cli-label-level = Деңгейі
cli-label-crypto = Математикасы
cli-label-certificate = Куәлік
cli-label-certificates = Куәліктер
cli-label-chain = Куәліктер тізбегі
cli-label-anchor = Сенім нүктесі
cli-label-policies = Саясаттар
cli-label-checks = Тексерулер
cli-label-time-stamp = Уақыт белгісі
cli-label-clause = Тармағы
cli-label-kind = Түрі
cli-label-subject = Иесі
cli-label-issuer = Берушісі
cli-label-serial = Сериялық нөмірі
cli-label-sha256 = SHA-256
cli-label-valid-from = Басталуы
cli-label-valid-until = Аяқталуы
cli-label-key-algorithm = Кілт алгоритмі
cli-label-key-bits = Кілт ұзындығы, бит
cli-label-key-usage = Кілтті қолдану
cli-label-purpose = Мақсаты
cli-label-ski = Кілт сәйкестендіргіші
cli-label-aki = Беруші кілтінің сәйкестендіргіші
cli-label-status = Мәртебесі
cli-label-revoked-at = Кері қайтарып алынған уақыты
cli-label-revocation-reason = Кері қайтарып алу себебі
cli-label-this-update = Шығарылған уақыты
cli-label-next-update = Келесі шығарылым
cli-label-produced-at = Жауап уақыты
cli-label-gen-time = Белгі уақыты
cli-label-imprint = Хэш алгоритмі
cli-label-key-matches = Кілт куәлікке сәйкес
cli-label-entries = Жазбалар
cli-label-proofs = Дәлелдемелер
cli-label-completeness = Толықтығы
cli-label-documents = Құжаттар
cli-label-operator = Оператор
cli-label-officer = Уәкілетті тұлға
cli-label-log = Журнал
cli-label-log-key = Журнал кілті
cli-label-witness = Куәгер
cli-label-size = Көлемі
cli-label-root = Түбірі
cli-label-failures = Сәйкессіздіктер
cli-label-name = Атауы
cli-label-path = Орны

### `extract verify`, `journal audit`, `pki`

cli-audit-good = Журнал бүтін: { $checked } жазба { $size } жазбалық бақылау нүктесіне сай
cli-audit-from = { $from }-жазбадан бастап толық тексерілді. Бұрынғы тексеру дұрыс деп тапқан ертерек жазбалардың хэштері қайта есептелді; --full бәрін тексереді
cli-rebuild-mended = Субъектілер картасы бүлінген еді, қайта құрылды: { $size } жазба бойынша { $subjects } субъект, соңғы мөрдегідей
cli-rebuild-whole = Субъектілер картасы бүтін екен: { $size } жазба бойынша { $subjects } субъект, соңғы мөрдегідей
cli-rebuild-contradicts = Жазбалар бойынша соңғы мөрдегіден басқа карта шығады ({ $subjects } субъект, { $size } жазба). Ештеңе өзгертілмеді; qolhat journal audit --full орындаңыз
cli-audit-waiting = Жазылуын күтіп тұрған оқиғалар: { $waiting }, жазба бола алмағандары: { $quarantined }
cli-audit-names-unchecked = Құжаттар мен тараптар субъектілердің аттарымен салыстырылмады: бүркеншік аттардың кілті мұнда жоқ
cli-audit-bad = Журнал бүлінген: { $place } — { $reason }
cli-audit-stop = Қызметті тоқтатып, сақтық көшірмені және куәгерлердің бақылау нүктелерін салыстырыңыз
promise-kept = Орындалды: жазба журналда бар
promise-pending = Мерзімі әлі келген жоқ
promise-overdue = Мерзімі келді: оператор жазбаны көрсетуі тиіс
promise-broken = Бұзылды: уәде етілген журналда жоқ немесе мерзімінен кеш енгізілген
promise-invalid = Бұл осы журналдың уәдесі емес
promise-reason-not-signed = Журналдың кілтімен қол қойылмаған.
promise-reason-body-differs = Қоса берілген мазмұн уәде етілгеннен басқа.
promise-reason-extract-not-proven = Үзінді көшірме расталмаған немесе басқа журналдікі: ол ештеңе көрсетпейді.
promise-reason-another-body = Осы оқиғаның жазбасы уәде етілгеннен басқаны айтады.
promise-reason-body-not-shown = Үзінді көшірме жазбаны толық ашпайды, сондықтан мазмұны салыстырылмады.
promise-reason-checkpoint-before-deadline = Үзінді көшірменің бақылау нүктесі мерзімнен кейін екені расталмаған.
promise-reason-body-not-given = Мазмұнсыз жазба кімнің тарихында тұруы керегін білу мүмкін емес.
promise-reason-left-out = Оқиға субъектісінің тарихы толық көрсетілген, бірақ оқиға онда жоқ.
promise-reason-late = Жазба мерзімінен кейін енгізілген.
promise-reason-history-not-shown = Жазба тұратын тарих толық көрсетілмеген.
cli-promise-event =   { $log } журналының { $event } оқиғасы
cli-promise-deadline =   Мерзімі: { $at }
cli-promise-entry =   { $seq }-жазба, { $at }
cli-audit-promised = Жазбасы әлі келмеген уәделер: { $promised }
cli-audit-promise-late = НАЗАР АУДАРЫҢЫЗ: уәде етілген оқиғаның жазбасы { $deadline } мерзімінен кейін енгізілген: { $event } оқиғасы, { $at } кезіндегі { $seq }-жазба
cli-prune-nothing = Шығаратын ештеңе жоқ
cli-prune-done = Шығарылды: журнал { $minimum }-жазбадан бастап сақталады
cli-audit-minimum = { $minimum }-жазбадан бастап сақталады; шығарылған бұрынғыларының орны, уақыты мен хэштері тексерілді
cli-export-done = Экспортталған мөрленген сегменттер: { $count }
cli-export-segment = { $from }–{ $to } жазбалары: { $sha256 }
cli-export-another = Бұл жерден ештеңе экспортталмады: журналды басқа процесс жүргізеді, ол өзі экспорттайды
cli-audit-exported = Дерекқордан тыс сегменттерде де тұрған жазбалар: { $exported }
cli-forget-done = Дерекқор кестелерінде өшірілгеннен ештеңе қалмады
cli-scrub-checked = Қайта оқылған блобтар: { $checked } ({ $size } МиБ)
cli-scrub-unnamed = Дерекқор сілтемейтін блобтар: { $count }
cli-scrub-good = Барлық блоб бүтін және өз орнында
cli-scrub-bad = Бүлінгені: { $damaged }; жоғы: { $missing }. Оларды басқа көшірмеден қайтарыңыз: qolhat store copy
cli-copy-progress = Көшірілді: { $copied }; { $after } дейін өтілді
cli-copy-done = Көшірілді: { $copied } ({ $size } МиБ), оның ішінде түзетілгені: { $mended }; бұрыннан бары: { $present }
cli-copy-failed = Дереккөз бүлінгендіктен көшірілмеді: { $count }
cli-copy-unlocked = Бұғаттау сұралған, бірақ қабылдаушы бұғаттамаған журналдың экспортталған сегменттері: { $count }
cli-held = Қоймада өзгерту мен жоюдан бұғатталған журналдың экспортталған сегменттері: { $count }
cli-seals-unproven = НАЗАР АУДАРЫҢЫЗ: осы экспортталған сегменттердің мөрлеріндегі оператор қолтаңбасында куәліктің кері қайтарып алынбағанының дәлелі жоқ, сондықтан олардың жазбаларын дерекқордан шығаруға болмайды: { $segments }
cli-unheld = НАЗАР АУДАРЫҢЫЗ: бұғатталуға тиіс журналдың экспортталған сегменттері бұғаттаусыз қоймада жатыр, онда оларды өзгертуге және жоюға болады: { $count }
cli-exports-unlocked = НАЗАР АУДАРЫҢЫЗ: қойма бұғаттауды қолдайды, бірақ журналдың мына экспортталған сегменттері онда бұғаттаусыз жатыр, оларды өзгертуге және жоюға болады: { $segments }
cli-backup-progress = Блобтар: { $blobs } ішінен { $copied } көшірілді
cli-backup-done = Сақтық көшірме { $path }: журнал жазбалары — { $size }, блобтар — { $blobs }, қазір көшірілгені: { $copied }
cli-backup-key = Оның кілті: { $key }. Ол { $until } жойылады; содан кейін көшірмені ешкім оқи алмайды
cli-backup-apart = Мыналарды көшірмеден бөлек сақтаңыз: осы кілт, журнал кілті, бүркеншік аттар кілті, орау кілті және оператордың кілттер қоймасы. Оларсыз ештеңені қалпына келтіру мүмкін емес
cli-backup-destroyed = Түсірілімнен кейін талап бойынша жойылған блобтар: { $count }
cli-backup-lost = Қойма жоғалтқан және көшірмеде жоқ блобтар: { $count }
cli-restore-done = { $at } жасалған { $name } көшірмесі қалпына келтірілді, журналы бүтін: жазбалар — { $size }, блобтар — { $blobs }
cli-restore-refused = Ештеңе қалпына келтірілмеді: көшірме өзгертілген немесе басқа орнатылымдікі
cli-restore-wrong = { $part }: { $reason }
cli-restore-behind = { $remembered } жазбалық бақылау нүктесі есте сақталған, көшірмеде { $size } жазба бар: одан кейінгілері мұнда жоқ, қызмет іске қосылмайды
cli-restore-behind-mend = Жаңарақ көшірмені қалпына келтіріңіз. Ондай болмаса: бос дерекқорға жаңа journal.origin мен журнал және бүркеншік аттар кілттерінің жаңа файлдарын беріңіз, мұны оқу үшін қалдырыңыз, жаңа журнал қайсысын жалғастыратынын куәгерлер мен клиенттерге хабарлаңыз
cli-restore-destroyed = Блобтары түсірілімнен кейін талап бойынша жойылып, мазмұнсыз қалған құжаттар: { $count }
cli-restore-after = Клиенттер { $at } кейін жоюды талап еткенді қайта жойыңыз: көшірме ол туралы білмейді
cli-path-good = Сенім нүктесіне дейінгі тізбек бар
cli-path-bad = Сенім нүктесіне дейінгі тізбек жоқ
cli-answer-good = Куәлік кері қайтарып алынбаған
cli-answer-revoked = Куәлік кері қайтарып алынған
cli-answer-unknown = Куәлік туралы ештеңе белгісіз
cli-answer-list = Тізім шынайы және күшінде
cli-answer-refused = Жауапқа сүйенуге болмайды
cli-stamp-good = Уақыт белгісі жарамды
cli-stamp-bad = Уақыт белгісі жарамсыз
cli-show-certificate = Тіркеу куәлігі
cli-show-cms = CMS қолтаңбасы
cli-show-crl = Кері қайтарып алынған куәліктер тізімі
cli-show-ocsp = OCSP жауабы
cli-show-tsp = Уақыт белгісі
cli-show-pkcs12 = PKCS#12 кілт қоймасы

### `trust`

cli-trust-imported = Сенімді орталық қосылды: { $name }, SHA-256 { $sha256 }
cli-trust-removed = Сенімді орталық алынып тасталды: { $name }, SHA-256 { $sha256 }
cli-trust-already = Бұл орталық бұрыннан сенімді: { $name }
cli-trust-absent = Мұндай сенімді орталық жоқ: { $name }
cli-trust-empty = Сенімді орталықтар жоқ. Қосу: qolhat trust import ФАЙЛ
cli-trust-known = Саусақ ізі ҰКО-ның белгілі куәлігіне сәйкес
cli-trust-unknown = Саусақ ізі бағдарламаға белгісіз: оны ресми дереккөзбен салыстырыңыз
cli-trust-not-a-ca = { $name }: бұл куәландырушы орталықтың куәлігі емес

### Errors of usage and input

cli-error-usage = Команда қате берілген: { $detail }
cli-error-unreadable = { $path } оқылмады: { $detail }
cli-error-not-found = { $path } табылмады
cli-error-too-large = { $path } тым үлкен, шегі { $limit }
cli-error-level = { $path }: қолтаңба { $wanted } емес, { $level } деңгейіне жетеді. Жетпегенін беріңіз: уақыт белгісі үшін --tsp, қол қоюшы туралы --certs пен --crl немесе --ocsp
cli-error-unsupported = Қолдау таппайды: { $what }
cli-error-malformed = { $path }: мазмұны бүлінген: { $detail }
cli-error-wrong-password = Құпиясөз қате немесе файл бүлінген
cli-error-no-password = Құпиясөз жоқ: { $variable } ортасының айнымалысын орнатыңыз
cli-error-no-anchors = Сенім нүктесі жоқ: --trust ЖОЛ беріңіз
cli-error-restore = Көшірме қалпына келтірілмеді: { $detail }
cli-error-config = Баптау файлы { $path }: { $detail }
cli-error-internal = Біздің қате: { $detail }

## `doctor`

doctor-good = жақсы
doctor-warning = назар аударыңыз
doctor-bad = түзету керек
doctor-all-good = Бәрі дұрыс: қызметті іске қосуға болады
doctor-not-good = Түзету керек: { $count }
doctor-config = Баптау
doctor-config-mend = Файлды түзетіңіз: { $detail }
doctor-mode-demo = Көрсетілім режимі: нақты клиенттерге арналмаған
doctor-clock = Сағат
doctor-clock-mend = Сағат { $seconds } секундқа ауытқыған: NTP-ні баптаңыз
doctor-database = Дерекқор
doctor-database-mend = Дерекқор ашылмады: { $detail }
doctor-schema = Дерекқор схемасы
doctor-schema-mend = Схема ескі: qolhat migrate іске қосыңыз
doctor-journal = Журнал
doctor-journal-mend = Журнал бақылау нүктесіне сай емес: qolhat journal audit іске қосыңыз
doctor-witnesses = Журнал куәгерлері
doctor-witnesses-mend = Куәгер журналды растамайды: { $detail }
doctor-roles = Дерекқор рөлдері
doctor-roles-mend = Қызмет журналды бір тіркелгімен жазады: дерекқор оны тоқтатпайды. Рөл құра алатын тіркелгімен qolhat migrate іске қосып, қызметке тек qolhat_application мен qolhat_sequencer мүшесі болатын тіркелгі беріңіз
doctor-blobs = Құжаттар қоймасы
doctor-blobs-mend = Қоймаға жазылмады: { $detail }
doctor-s3-does = x-amz-checksum-sha256: { $checksums }; If-None-Match: { $condition }; нұсқалар: { $versions }; нысандарды бұғаттау: { $lock }
doctor-s3-locks-unasked = Қойма әр нысанды бұғаттайды: мазмұнды иесінің талабымен жою мүмкін болмайды. Бакеттің әдепкі сақтау мерзімін алып тастаңыз
doctor-disk = Дискідегі бос орын
doctor-disk-mend = Бос орын аз: { $free }. Дискіні ұлғайтыңыз
doctor-wrapping-key = Қойма кілті
doctor-wrapping-key-mend = Кілт файлы оқылмады: { $detail }. Оны сақтық көшірмеден қалпына келтіріңіз, жаңасын жасамаңыз
doctor-seal-key = Оператор мөрінің кілті
doctor-seal-key-mend = Мөр кілті жарамсыз: { $detail }
doctor-seal-key-expires = Мөр куәлігі { $at } аяқталады: жаңасын алыңыз
doctor-trust = Сенімді орталықтар
doctor-trust-mend = Сенімді орталық жоқ: qolhat trust import ФАЙЛ
doctor-trust-demo = Көрсетілім орталығы нақты жұмысқа жарамайды: { $name }
doctor-crl-files = Файлдардағы кері қайтарылғандар тізімдері
doctor-crl-file-unreadable = { $path } оқылмайды: { $detail }
doctor-crl-file-empty = { $path } ішінде кері қайтарылғандар тізімі жоқ
doctor-crl-file-stale = { $path }: келесі тізім { $at } күтілген еді, жаңасын алыңыз
doctor-mail = Пошта
doctor-mail-mend = Пошта сервері хат қабылдамайды: { $detail }
doctor-sms = SMS
doctor-sms-mend = SMS шлюзі жауап бермейді: { $detail }
doctor-time-stamps = Уақыт белгілері қызметі
doctor-time-stamps-mend = { $url } уақыт белгісін бермеді: { $detail }
doctor-ocsp = OCSP қызметі
doctor-ocsp-mend = { $url } жауап бермеді: { $detail }
doctor-crl = Кері қайтарып алынған куәліктер тізімдері
doctor-crl-mend = { $path } ескірген: жаңасын жүктеңіз

## `demo`

demo-title = qolhat көрсетілімі: құжаттың толық жолы бір компьютерде
demo-warning = Бұл жердегі кілттер мен куәліктер тек көрсетілімге арналған, заңдық күші жоқ
demo-step = Қадам { $number } / { $total }: { $what }
demo-world = Куәландырушы орталық, OCSP, CRL және уақыт белгілері жасалды: { $dir }
demo-service = Қызмет іске қосылды: { $url }
demo-logged-in = { $name } ЭЦҚ-мен кірді
demo-offer-published = Оферта жарияланды: «{ $title }», { $version }-редакция
demo-offer-accepted = { $name } офертаны ЭЦҚ-мен қабылдады
demo-act-sent = { $name } актіге қол қойып жіберді: № { $number }
demo-received = Құжат алынды: { $at }, журналдың { $seq }-жазбасы; қолхат берілді
demo-countersigned = { $name } актіге қол қойды: екі тарап қол қойған
demo-rejected = { $name } № { $number } актіні қабылдамады; жіберуші себебін көреді: { $reason }
demo-conditions = Заңдық күшінің төрт шарты орындалды
demo-court-recorded = { $name } сұрауды жазады: { $authority }
demo-court-approved = { $name } сұрауды мақұлдайды: төрт көз
demo-extract-issued = Сотқа арналған үзінді көшірме берілді: { $path }
demo-extract-verified = Үзінді көшірме желісіз тексерілді: { $verdict }
demo-tampered = Бір байты өзгертілген үзінді көшірме қабылданбады: { $reason }
demo-anchors = Өзіңіз тексеру үшін: qolhat extract verify --trust { $anchors } { $path }
demo-files = Файлдар: { $dir }
demo-sms = SMS { $dir } қалтасына салынады: телефон нөмірлерінің бір реттік кодтары сонда.
demo-open = Шолғышта ашыңыз: { $url }
demo-stop = Тоқтату үшін Ctrl+C басыңыз
demo-done = Көрсетілім аяқталды
demo-failed = Қадам орындалмады: { $what } — { $reason }

## Questions of a validation: `check-<rule>`

check-format = Қолтаңба пішімі ережеге сай
check-signing-certificate-found = Қол қоюшының куәлігі табылды
check-signing-certificate-reference = Қол қойылған сілтеме осы куәлікке
check-xml-references-known = Қолтаңбаның қол қойылған бөлікке сілтемелері түсінікті әрі рұқсат етілген
check-xml-later-signatures = Кейін қосылған қолтаңбалар алдымен шетке қойылды
check-xml-covers-document = Қолтаңба бүкіл құжатты қамтиды
check-algorithms-known = Алгоритмдер белгілі
check-algorithms-agree = Алгоритмдер өзара келіседі
check-content-found = Қол қойылған мазмұн бар
check-content-type = Мазмұн түрі дұрыс көрсетілген
check-no-attribute-confusion = Мазмұнды атрибуттармен шатастыруға болмайды
check-content-digest = Мазмұн қол қойылғандағыдай
check-signature-value = Қолтаңба мәні кілтке сәйкес
check-counter-signature-readable = Растаушы қолтаңба (counter-signature) оқылады
check-time-stamp-readable = Уақыт белгісі оқылады
check-archive-time-stamp-index = Мұрағаттық белгі қамтитын нәрселердің тізбесі дұрыс
check-time-stamp-imprint = Уақыт белгісі осы деректерге қойылған
check-time-stamp-signature = Уақыт белгісінің қолтаңбасы дұрыс
check-time-stamp-certificate-reference = Уақыт белгісі өз куәлігін атайды
check-time-stamp-path = Уақыт белгісінің куәлігі сенімді орталыққа апарады
check-time-stamp-term = Уақыт белгісінің куәліктері кейінгі дәлелге дейін аяқталмаған
check-time-stamp-revocation = Уақыт белгісінің куәлігі кері қайтарылмаған
check-time-stamp-algorithms = Уақыт белгісінің алгоритмдеріне сенуге болады
check-time-stamp-not-future = Уақыт белгісі болашақтан емес
check-time-stamp-order = Уақыт белгілерінің реті дұрыс
check-data-objects-named = Контейнердегі қолтаңбаның неге қойылғаны көрсетілген
check-data-objects-found = Манифестте аталған файлдардың бәрі бар
check-data-objects-digest = Әр файл — қол қойылған файлдың өзі
check-data-objects-algorithms = Файлдардың хэш-функциялары сенімді
check-evidence-record-form = Дәлелдемелер жазбасының пішімі түсінікті
check-evidence-record-algorithms = Дәлелдемелер жазбасының алгоритмдеріне ол жаңартылғанша сенуге болған
check-evidence-record-order = Дәлелдемелер жазбасындағы уақыт белгілерінің реті дұрыс
check-evidence-record-renewal = Дәлелдемелер жазбасының әр жаңартуы алдыңғысын қамтиды
check-evidence-record-time-stamps = Дәлелдемелер жазбасының әр уақыт белгісі келесісіне дейін жарамды болған
check-evidence-record-objects = Дәлелдемелер жазбасы деректерді қамтиды
check-certificate-path = Куәлік сенімді орталыққа апарады
check-certificate-validity = Куәліктер сол сәтте жарамды болған
check-certificate-revocation = Куәліктер кері қайтарылмағаны дәлелденді
check-algorithms-trusted = Алгоритмдерге сол сәтте сенуге болған

## The signer on this machine

witness-ready = Куәгер { $url } мекенжайында жауап береді; оның тексеру кілті: { $key }
ncalayer-ready = Қол қою бағдарламасы дайын: { $url } — { $people }
ncalayer-not-loopback = { $address }: қол қою бағдарламасы тек осы компьютердің өзінен (loopback) қосылым қабылдайды
ncalayer-demo-ready = NCALayer орнындағы қол қою бағдарламасы; кімнің кілттері қолданылатынын мына бетте таңдаңыз: { $url }
ncalayer-demo-taken = { $address } бос емес (NCALayer іске қосылған шығар), сондықтан қол қою бағдарламасы басқа портта

ncalayer-refused-host = Бұл атпен келген сұрау қабылданбайды: тек 127.0.0.1 немесе localhost.
ncalayer-refused-origin = Бұл сайттың бетіне қол қоюды сұрауға рұқсат жоқ; рұқсатты --allow-origin береді.
ncalayer-refused-form = Бұл нысан басқа беттен келген, сондықтан қабылданбайды.
ncalayer-refused-upgrade = WebSocket қосылымын сұрау дұрыс жазылмаған.
ncalayer-refused-request = Мұндай сұраулар мұнда өңделмейді.

ncalayer-invalid-params = Сұраудың параметрлері дұрыс емес: { $detail }
ncalayer-digest-length = Бұл кілтке ұзындығы { $expected } байт хэш керек ({ $algorithm }), ал { $found } байт берілген
ncalayer-no-key = Кілттердің ешқайсысы сәйкес келмейді ({ $name }): { $filter }
ncalayer-ordered-failure = Қол қойылмады: таңдау бетінде осылай белгіленген
ncalayer-signing-failed = Қол қойылмады: { $detail }

ncalayer-page-title = NCALayer орнындағы қол қою бағдарламасы
ncalayer-page-languages = Тілдер
ncalayer-page-warning = Бұл бағдарлама не сұралса да, рұқсат күтпей қол қояды. Ол сынақтарға, көрсетілімдерге және адамсыз жұмыс істейтін компьютерлерге арналған.
ncalayer-page-people = Кім қол қояды
ncalayer-page-nobody-chosen = Ешкім таңдалмаған: тізімдегі бірінші адамның кілттері қолданылады.
ncalayer-page-used = қазір осы кілттер қолданылады
ncalayer-page-choose = Таңдау: { $name }
ncalayer-page-key = { $purpose }, { $algorithm }, жарамдылығының соңы: { $until }
ncalayer-page-next = Келесі сұраулар
ncalayer-page-times = Сұраулар саны
ncalayer-page-order-sign = Қол қою
ncalayer-page-order-cancel = Терезені жабу (тоқтату)
ncalayer-page-order-error = Қатемен жауап беру
ncalayer-page-order-silence = Жауап бермеу
ncalayer-page-now-sign = Келесі сұрауға қол қойылады.
ncalayer-page-now-cancel = Тоқтатылатын сұраулар саны: { $count }.
ncalayer-page-now-error = Қатемен жауап алатын сұраулар саны: { $count }.
ncalayer-page-now-silence = Жауапсыз қалатын сұраулар саны: { $count }.

## Verdicts for people

### The verdict in a few words

verdict-title-good = Қолтаңба жарамды
verdict-title-good-all = Барлық қолтаңба жарамды
verdict-title-undetermined = Қолтаңбаның жарамдылығы анықталмады
verdict-title-undetermined-some = Расталмаған қолтаңба бар
verdict-title-bad = Қолтаңба жарамсыз
verdict-title-bad-some = Жарамсыз қолтаңба бар
verdict-title-no-signatures = Файлда қолтаңба жоқ
verdict-summary-several = Қолтаңба саны: { $total }, жарамдысы: { $good }.

### What a verdict on a signature means (`signature::meaning::MEANINGS`), in one sentence

verdict-means-TOTAL-PASSED = Қолтаңба { $at } сәтінде жарамды: құжат өзгермеген, куәлікті сенімді орталық берген және ол кері қайтарып алынбаған.
verdict-means-TOTAL-PASSED-proven = Қолтаңба жарамды: құжат өзгермеген, уақыт белгісі қолтаңбаның { $at } сәтінде болғанын дәлелдейді, ал куәлік сол кезде жарамды болған.
verdict-means-TOTAL-PASSED-revoked-later = Қолтаңба жарамды: ол { $at } сәтінде болған, ал куәлік тек кейін ({ $since }) кері қайтарып алынған немесе тоқтатыла тұрған.
verdict-means-TOTAL-PASSED-status-not-asked = Қолтаңба дұрыс, куәлікті сенімді орталық берген, ол { $at } сәтінде өз мерзімінде болған; кері қайтарып алынғаны тексерілген жоқ.
verdict-means-FORMAT_FAILURE = Қолтаңба жарамсыз: файлдың құрылымы қолтаңба ережелеріне сай емес, ол бүлінген немесе қате жасалған.
verdict-means-HASH_FAILURE = Қолтаңба бұл құжатқа қойылмаған: құжат қол қойылғаннан кейін өзгертілген немесе бұл басқа файл.
verdict-means-SIG_CRYPTO_FAILURE = Қолтаңба жарамсыз: ол осы куәліктің кілтімен қойылмаған немесе бүлінген.
verdict-means-REVOKED = Қолтаңба жарамсыз: куәлік кері қайтарып алынған ({ $since }), ал қолтаңбаның содан кейін қойылғаны дәлелденген.
verdict-means-EXPIRED = Қолтаңба жарамсыз: куәліктің мерзімі өткен ({ $until }), ал қолтаңбаның содан кейін қойылғаны дәлелденген.
verdict-means-NOT_YET_VALID = Қолтаңба жарамсыз: уақыт белгісіне қарағанда, ол куәлік күшіне енгенге дейін қойылған (күшіне ену уақыты: { $from }).
verdict-means-SIG_CONSTRAINTS_FAILURE = Қолтаңба расталмады: онда талап етілетін деректер жоқ.
verdict-means-CHAIN_CONSTRAINTS_FAILURE = Қолтаңба расталмады: куәлік немесе оның берушісі мұндай қолтаңбаға арналмаған.
verdict-means-CHAIN_CONSTRAINTS_FAILURE-login-key = Қолтаңба расталмады: құжатқа жүйеге кіруге арналған (AUTH) кілтпен қол қойылған.
verdict-means-CERTIFICATE_CHAIN_GENERAL_FAILURE = Қолтаңба расталмады: куәліктер тізбегін тексеру мүмкін болмады.
verdict-means-CRYPTO_CONSTRAINTS_FAILURE = Қолтаңба расталмады: оның алгоритмі әлсіз деп саналады, мұндай қолтаңбаны қолдан жасауға болады.
verdict-means-CRYPTO_CONSTRAINTS_FAILURE-unknown = Қолтаңба тексерілмеді: оның алгоритмі мұнда белгісіз.
verdict-means-CRYPTO_CONSTRAINTS_FAILURE_NO_POE = Қолтаңба расталмады: оның алгоритмі енді сенімсіз, ал бұрын қол қойылғанын ештеңе дәлелдемейді.
verdict-means-TIMESTAMP_ORDER_FAILURE = Қолтаңба расталмады: уақыт белгілері бір-біріне қайшы.
verdict-means-NO_SIGNING_CERTIFICATE_FOUND = Қолтаңба расталмады: файлда қол қоюшының куәлігі жоқ немесе ондағы куәлік қолтаңбада аталған куәлік емес.
verdict-means-NO_CERTIFICATE_CHAIN_FOUND = Қолтаңба расталмады: куәлікті беруші ретінде «{ $issuer }» көрсетілген, бірақ куәлік мұнда сенім артылған орталыққа жеткізбейді.
verdict-means-REVOKED_NO_POE = Қолтаңба расталмады: куәлік кері қайтарып алынған ({ $since }), ал содан бұрын қол қойылғанын ештеңе дәлелдемейді.
verdict-means-REVOKED_CA_NO_POE = Қолтаңба расталмады: куәлікті берген орталықтың өз куәлігі кері қайтарып алынған ({ $since }).
verdict-means-OUT_OF_BOUNDS_NO_POE = Қолтаңба расталмады: куәліктің мерзімі { $from } – { $until }, ал сол мерзімде қол қойылғанын ештеңе дәлелдемейді.
verdict-means-OUT_OF_BOUNDS_NO_POE-early = Қолтаңба расталмады: куәлік әлі күшіне енбеген (күшіне ену уақыты: { $from }).
verdict-means-OUT_OF_BOUNDS_NOT_REVOKED = Қолтаңба расталмады: куәліктің мерзімі өткен ({ $until }); ол кері қайтарып алынбаған, бірақ қашан қол қойылғаны дәлелденбеген.
verdict-means-TRY_LATER = Қолтаңбаның өзі дұрыс, бірақ куәліктің кері қайтарып алынбағанын қазір растау мүмкін болмады.
verdict-means-TRY_LATER-on-hold = Қолтаңба расталмады: куәландырушы орталық куәлікті тоқтата тұрған ({ $since }).
verdict-means-TRY_LATER-ended = Қолтаңбаның өзі дұрыс, бірақ куәліктің мерзімі өткен ({ $until }), ал оның сол кезде кері қайтарып алынбағанына дәлел жоқ.
verdict-means-SIGNED_DATA_NOT_FOUND = Бұл файлда қолтаңба ғана бар, қол қойылған құжаттың өзі жоқ.
verdict-means-no-signatures = Бұл CMS файлында бірде-бір қолтаңба жоқ.

### What to do next

verdict-next-TOTAL-PASSED = Қашан қол қойылғанын уақыт белгісі дәлелдемейді: куәліктің мерзімі өткен соң қолтаңбаны дәлелдеу қиындайды. Осы нәтижені сақтап қойыңыз немесе уақыт белгісі бар қолтаңба сұраңыз.
verdict-next-TOTAL-PASSED-proven = Құжатты қолтаңбасымен бірге сақтаңыз: оны кез келген адам қайта тексере алады.
verdict-next-TOTAL-PASSED-revoked-later = Құжатты қолтаңбасымен бірге сақтаңыз. Осы кілтпен кейін қойылған қолтаңбаларға сенбеңіз.
verdict-next-TOTAL-PASSED-status-not-asked = Куәліктің кері қайтарып алынған-алынбағанын білу маңызды болса, куәландырушы орталықтан сұраңыз.
verdict-next-FORMAT_FAILURE = Файлды жіберушіден қайта сұраңыз; ол да осындай болса, құжатқа қайта қол қоюды сұраңыз.
verdict-next-HASH_FAILURE = Дәл қол қойылған файлды табыңыз: файлды ашып, қайта сақтаудың өзі оны өзгертеді. Ондай файл болмаса, құжатқа сенбеңіз.
verdict-next-SIG_CRYPTO_FAILURE = Бұл қолтаңбаға сенбеңіз. Құжатқа қайта қол қоюды сұраңыз.
verdict-next-REVOKED = Бұл қолтаңбаға сенбеңіз. Жаңа куәлікпен қайта қол қоюды сұраңыз.
verdict-next-EXPIRED = Бұл қолтаңбаға сенбеңіз. Жаңа куәлікпен қайта қол қоюды сұраңыз.
verdict-next-NOT_YET_VALID = Бұл қолтаңбаға сенбеңіз. Құжатқа қайта қол қоюды сұраңыз.
verdict-next-SIG_CONSTRAINTS_FAILURE = Қазіргі бағдарламамен, мысалы, NCALayer арқылы қайта қол қоюды сұраңыз.
verdict-next-CHAIN_CONSTRAINTS_FAILURE = ҰКО берген, қол қоюға арналған куәлікпен қайта қол қоюды сұраңыз.
verdict-next-CHAIN_CONSTRAINTS_FAILURE-login-key = Қол қоюға арналған кілтпен (RSA немесе GOST) қайта қол қоюды сұраңыз.
verdict-next-CERTIFICATE_CHAIN_GENERAL_FAILURE = ҰКО куәлігімен қайта қол қоюды сұраңыз немесе файлды сарапшыға көрсетіңіз.
verdict-next-CRYPTO_CONSTRAINTS_FAILURE = ҰКО-ның қолданыстағы кілтімен қайта қол қоюды сұраңыз.
verdict-next-CRYPTO_CONSTRAINTS_FAILURE-unknown = ҰКО-ның қолданыстағы кілтімен қайта қол қоюды сұраңыз.
verdict-next-CRYPTO_CONSTRAINTS_FAILURE_NO_POE = ҰКО-ның қолданыстағы кілтімен қайта қол қоюды сұраңыз.
verdict-next-TIMESTAMP_ORDER_FAILURE = Бұл қолтаңбаға сенбеңіз. Құжатқа қайта қол қоюды сұраңыз.
verdict-next-NO_SIGNING_CERTIFICATE_FOUND = Ішінде қол қоюшының куәлігі бар қолтаңба файлын сұраңыз.
verdict-next-NO_CERTIFICATE_CHAIN_FOUND = Бұл қолтаңба кім қол қойғанын дәлелдемейді. Қазақстан ҰКО куәлігімен қол қоюды сұраңыз.
verdict-next-REVOKED_NO_POE = Уақыт белгісі бар қолтаңба файлын іздеңіз; ол болмаса, жарамды куәлікпен қайта қол қоюды сұраңыз.
verdict-next-REVOKED_CA_NO_POE = Уақыт белгісі бар қолтаңба файлын іздеңіз; ол болмаса, жарамды куәлікпен қайта қол қоюды сұраңыз.
verdict-next-OUT_OF_BOUNDS_NO_POE = Уақыт белгісі бар қолтаңба файлын іздеңіз; ол болмаса, жарамды куәлікпен қайта қол қоюды сұраңыз.
verdict-next-OUT_OF_BOUNDS_NO_POE-early = Сол уақыттан кейін қайта тексеріңіз.
verdict-next-OUT_OF_BOUNDS_NOT_REVOKED = Уақыт белгісі бар қолтаңба файлын іздеңіз; ол болмаса, жарамды куәлікпен қайта қол қоюды сұраңыз.
verdict-next-TRY_LATER = Бірнеше минуттан кейін қайта тексеріңіз: куәландырушы орталықтың қызметі жауап бермеген болуы мүмкін.
verdict-next-TRY_LATER-on-hold = Мән-жайды қол қоюшыдан біліңіз; тоқтата тұру алынған соң қайта тексеріңіз немесе басқа куәлікпен қол қоюды сұраңыз.
verdict-next-TRY_LATER-ended = Ішінде дәлелдемелері бар (CAdES-LT) қолтаңба файлын сұраңыз: мерзімі өткен куәлік туралы орталық жауап бермеуі мүмкін.
verdict-next-SIGNED_DATA_NOT_FOUND = Құжаттың өзін екінші файл етіп қосып, қайта тексеріңіз.
verdict-next-no-signatures = Қолтаңба файлын қайта сұраңыз.

### Who, since when, term and status of a certificate, answers

verdict-signer-unproven = Аты-жөні куәліктен алынған, бірақ куәлік пен қолтаңба расталмаған: қол қойған басқа адам болуы мүмкін.
verdict-time-proven = Уақыт белгісі дәлелдейді: қолтаңба { $at } сәтінде болған.
verdict-time-unproven = Қол қою уақыты дәлелденбеген: уақыт белгісі жоқ немесе ол ештеңені дәлелдемейді.
verdict-time-claimed = Қол қоюшының өз айтуынша: { $at } (бұл дәлел емес: компьютердің сағатын кез келген уақытқа қоюға болады).
verdict-certificate-term = Куәліктің мерзімі: { $from } – { $until }
verdict-status-good-ocsp = Кері қайтарып алынбаған. Куәландырушы орталықтың жауабы (OCSP): { $at }.
verdict-status-good-crl = Кері қайтарып алынбаған. Куәландырушы орталықтың тізімі (CRL): { $at }.
verdict-status-on-hold = Куәландырушы орталық тоқтата тұрған: { $since }.
verdict-status-revoked = Кері қайтарып алынған: { $since }.
verdict-status-revoked-later = Қаралған сәтте кері қайтарып алынбаған, кейін алынған: { $since }.
verdict-status-unknown = Кері қайтарып алынған-алынбағаны белгісіз: жеткілікті жаңа дәлелдеме жоқ.
verdict-status-not-asked = Кері қайтарып алынғаны тексерілген жоқ.
verdict-answer-yes = иә
verdict-answer-no = жоқ
verdict-answer-not-asked = тексерілген жоқ

### Notes

verdict-note-authority = Тек қолтаңба тексерілді. Қол қоюшының дәл осы құжатқа қол қоюға өкілеттігі бар-жоғын бұл тексеру көрсетпейді.
verdict-note-swapped = Файлдар басқа ретпен берілген: екіншісі тексерілді.
verdict-note-left-over = Басқа файл қажет болмады: үзінді көшірме өзін өзі дәлелдейді.
verdict-note-nothing-kept = Файлдар тек тексеру үшін оқылды және сақталмады.

### Extracts

verdict-extract-means-TOTAL-PASSED = Бұл — оператор журналынан алынған № { $number } түпнұсқа үзінді көшірме ({ $operator }): ешнәрсе өзгертілмеген, барлық қолтаңба мен дәлелдеме сәйкес келеді.
verdict-extract-means-FORMAT_FAILURE = Файл үзінді көшірме түрінде жасалған, бірақ ол берілген күйінде емес: бір байты өзгерсе де, оған сенуге болмайды.
verdict-extract-means-HASH_FAILURE = Үзінді көшірменің ішіндегі файл қол қойылғаннан кейін өзгертілген.
verdict-extract-means-OPERATOR_MISMATCH = Үзінді көшірме осы сервис операторынікі емес немесе ондағы мөр оныкі емес.
verdict-extract-means-LOG_MISMATCH = Үзінді көшірме осы сервистің журналынан алынбаған.
verdict-extract-means-OFFICER_MISMATCH = Үзінді көшірмеге онда аталған уәкілетті тұлға қол қоймаған.
verdict-extract-means-JOURNAL_FAILURE = Журналдың дәлелдемелері сәйкес келмейді: жазбалар өзгертілген немесе олар осы журналдан алынбаған.
verdict-extract-means-FACTS_MISMATCH = Үзінді көшірмеде құжаттар туралы айтылғандар журналға қайшы.
verdict-extract-means-OPERATOR_NOT_PINNED = Кімнің үзінді көшірмесі күтілетіні көрсетілмеген, сондықтан оның түпнұсқалығы анықталмады.
verdict-extract-means-CHECKPOINT_NOT_PROVEN = Журналдың күйі дәлелденбеген: бақылау нүктесінің уақыт белгісі жоқ немесе ол үзінді көшірмеден бір тәуліктен астам бұрын қойылған.
verdict-extract-means-NO_POE = Үзінді көшірмедегі қолтаңбаның журнал жазбасына дейін қойылғаны уақыт белгісімен дәлелденбеген.
verdict-extract-means-WITNESS_NOT_FOUND = Журналдың күйін күтілген куәгер растамаған.
verdict-extract-means-LEVEL_NOT_SHOWN = Үзінді көшірме талап етілгеннен төмен толықтық деңгейін көрсетеді.
verdict-extract-means-SIGNATURE = Үзінді көшірмедегі қолтаңба немесе уақыт белгісі расталмады.
verdict-extract-next-good = Файлды өзгертпей сақтаңыз: оны операторсыз да, желісіз де тексеруге болады.
verdict-extract-next-altered = Бұл файлға сүйенбеңіз. Үзінді көшірмені оператордың өзінен қайта алыңыз.
verdict-extract-next-another = Мұнда тек осы сервистің үзінді көшірмелері тексеріледі. Бұл файлды онда аталған операторда немесе сол оператордың operator.json файлымен тексеріңіз.
verdict-extract-next-unproven = Қай бөлігі расталмағанын төмендегі тізімнен қараңыз және оператордан жаңа үзінді көшірме сұраңыз.
verdict-completeness-pruned = Толықтығы: бір тараптың тарихының басы бес жылдық сақтау мерзімінен өтіп, журналдан шығарылған; қаншасы екені файлда айтылған. Одан кейінгі барлық жазба және басқа субъектілердің барлық жазбасы үзіліссіз осында. Бақылау нүктесіне дейін одан кейін жазба болмағаны — оператордың қол қойып айтқан сөзі, ол басқаша дәлелденбейді.
verdict-completeness-not-shown = Үзінді көшірменің толық екені дәлелденбеген.

### Files that are not judged

verdict-unsupported-empty-title = Файл бос
verdict-unsupported-empty-detail = Файлда бірде-бір байт жоқ.
verdict-unsupported-empty-next = Файлды қайта таңдаңыз.
verdict-unsupported-xml-title = XML ішіндегі қолтаңбалар мұнда әзірге тексерілмейді
verdict-unsupported-xml-detail = Бұл — XML файлы. Ішінде қолтаңба болса, оның жарамды-жарамсыз екені айтылмайды.
verdict-unsupported-xml-next = Қолтаңба бөлек файлда болса (.cms, .p7s, .sig), екі файлды бірге беріңіз.
verdict-unsupported-pdf-title = PDF ішіндегі қолтаңбалар мұнда әзірге тексерілмейді
verdict-unsupported-pdf-detail = Бұл — PDF файлы. Ішінде қолтаңба болса, оның жарамды-жарамсыз екені айтылмайды.
verdict-unsupported-pdf-next = Қолтаңба бөлек файлда болса (.cms, .p7s, .sig), екі файлды бірге беріңіз.
verdict-unsupported-asic-title = Мұндай контейнер әзірге тексерілмейді
verdict-unsupported-asic-detail = Бұл — ASiC контейнері, бірақ үзінді көшірме емес. Ондағы қолтаңбалар туралы ештеңе айтылмайды.
verdict-unsupported-asic-next = Контейнерді мұрағат ретінде ашып, құжатты қолтаңба файлымен (.p7s) бірге беріңіз.
verdict-unsupported-zip-title = Бұл — мұрағат немесе кеңсе құжаты
verdict-unsupported-zip-detail = Ол үзінді көшірме емес, ал мұндай файлдың ішіндегі қолтаңбалар мұнда тексерілмейді.
verdict-unsupported-zip-next = Қолтаңба бөлек файлда болса (.cms, .p7s, .sig), екі файлды бірге беріңіз.
verdict-unsupported-other-message-title = Бұл қолтаңба емес
verdict-unsupported-other-message-detail = Файлда қол қойылған хабар емес, басқа түрдегі, мысалы, шифрланған CMS хабары бар.
verdict-unsupported-other-message-next = Қолтаңба бөлек файлда болса (.cms, .p7s, .sig), екі файлды бірге беріңіз.
verdict-unsupported-broken-title = Қолтаңба файлы бүлінген
verdict-unsupported-broken-detail = Файл қолтаңба болып басталады, бірақ толық емес немесе оқылмайды.
verdict-unsupported-broken-next = Файлды қайта жүктеп алыңыз немесе жіберушіден қайта сұраңыз.
verdict-unsupported-too-many-signers-title = Қолтаңба тым көп
verdict-unsupported-too-many-signers-detail = Мұнда бір файлдағы ең көбі { $limit } қолтаңба тексеріледі.
verdict-unsupported-too-many-signers-next = Файлды өз компьютеріңізде тексеріңіз: qolhat verify.
verdict-unsupported-time-stamp-title = Бұл — уақыт белгісі, қолтаңба емес
verdict-unsupported-time-stamp-detail = Уақыт белгісі кейбір деректердің белгілі бір уақытта болғанын ғана дәлелдейді.
verdict-unsupported-time-stamp-next = Қолтаңба файлын (.cms, .p7s, .sig) таңдаңыз.
verdict-unsupported-key-store-title = Бұл — кілт файлы: оны ешкімге жібермеңіз
verdict-unsupported-key-store-detail = Осы файл мен оның құпиясөзі қолында болса, кез келген адам сіздің атыңыздан қол қоя алады. Ол мұнда сақталмады.
verdict-unsupported-key-store-next = Қолтаңба файлын таңдаңыз. Кілт файлы басқа біреуге түсуі мүмкін болса, ҰКО-дан куәлікті кері қайтарып алуды сұраңыз.
verdict-unsupported-extract-version-title = Үзінді көшірменің нұсқасы белгісіз
verdict-unsupported-extract-version-detail = Файл үзінді көшірмеге ұқсайды, бірақ пішімінің бұл нұсқасы мұнда оқылмайды.
verdict-unsupported-extract-version-next = Үзінді көшірмені берген оператордан қайта сұраңыз.
verdict-unsupported-unknown-title = Қолтаңба табылмады
verdict-unsupported-unknown-detail = Бұл файл CMS қолтаңбасы да, үзінді көшірме де емес: құжаттың өзі немесе бүлінген файл болуы мүмкін.
verdict-unsupported-unknown-next = Құжатпен бірге қолтаңба файлын (.cms, .p7s, .sig) беріңіз.
