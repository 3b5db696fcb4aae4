"""Given names that are common where contacts come from. A list can never be complete: it catches what stands alone."""

from __future__ import annotations

_VARIANTS: dict[str, str | None] = {
    "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ی": "ي", "ې": "ي", "ئ": "ي", "ک": "ك", "ة": "ه", "ہ": "ه", "ھ": "ه", "ـ": None,
    **{chr(vowel): None for vowel in range(0x064B, 0x0653)},
}  # fmt: skip
_FOLDED = str.maketrans(_VARIANTS)


def fold(word: str) -> str:
    """Lower case, one letter for the variants of Arabic keyboards, no short vowels: spellings of a name compare equal."""
    return word.casefold().translate(_FOLDED).strip("'’`-\u200c")


# No common word of our languages is written so: hidden wherever it stands.
_KNOWN = """
ahmed ahmad ahmet muhammad mohammad mohammed mohamed mohamad muhammed mehmet mahmoud mahmud mahmood mamadou mamadu
amadou amadu abdullah abdallah abdalla abdulla abdirahman abdurrahman abdulrahman abderrahmane
abdoulaye abdou abdul abdi abdikarim abdullahi abdinasir abdelkader abdelkarim abdelaziz abdulaziz abdelrahman ibrahim
ibrahima ebrahim youssef yousef yusuf yousuf youssouf yousaf mustafa mostafa mustapha moustapha moussa
musa omar umar oumar othman osman ousmane usman hassan hasan hussein hussain hossein husain huseyin hüseyin ismail
ismael ismaila ishaq yaqub yakub khalid khaled khalil kamal jamal gamal jamil tariq tarek tareq walid waleed
rashid rasheed saeed saïd salim salem samir sami nabil nasser nasir naser hamid hamed hamza haji bilal idris idriss
iliyas ilyas isa issa yahya zakaria zakariya zaid zayd anwar ashraf bashir basheer farid fareed fahad faisal faysal
farhan habib harun hashim imran iqbal junaid karim kareem latif majid malik mansour mansoor marwan mourad murad nadeem
naveed nawaz qasim rafiq rahim rahman ramin rıza rostam saleh sadiq sharif
sulaiman suleiman soleiman sulayman souleymane tahir usama osama wasim yasin yassin yasser younes younis yunus zahid
zubair ziad fatima fatma fatuma fatou fatoumata fadumo faduma faduumo aisha aysha aicha ayesha aissatou ayşe
khadija khadijah hadija kadiatou mariam maryam meryem amina aminata halima hafsa hawo huda jamila jameela khadra layla
leila laila leyla latifa malika nadia naima nasra rania rasha rukhsana ruqayya salma samira
samar sahra sakina shabnam shukri soraya sumaya suad yasmin yasmine yasmina zahra zainab zaynab zeinab zeynep zohra
zubaida nasrin nazanin parisa shirin mahsa farzana fereshteh golnaz masoud masood massoud mehdi mahdi mohsen
ali amir amira arash ardeshir babak bahram behrouz bijan dariush davood ehsan farhad farshid hamidreza javad kaveh kazem
keyvan kourosh mehran milad morteza nader navid omid parviz payam peyman pouya rouhollah saman siavash
sohrab vahid gulbuddin hamidullah naqibullah najibullah rahmatullah samiullah sanaullah zabihullah ziaullah zmarai
asadullah esmatullah abebe abeba almaz alemayehu bekele berhane berhanu biniam biniyam daniel dawit desta eyob filmon
ghebre gebre gebru girma haile hailemariam helen hiwot isaias kebede kidane kifle lemlem mekonnen mebrahtu medhanie
merhawi mesfin mulugeta natnael negash rahel robel samson samuel saron selamawit semere senait simon solomon sara
tadesse tekle teklu temesgen tesfay tesfaye tesfalem tewodros tigist tsegay tsehay winta yemane yohannes yonas yordanos
zerai zewdu jose josé maria maría juan luis carlos pedro pablo diego andrés andres alejandro alejandra
fernando fernanda francisco francisca gabriela gustavo hector héctor javier jorge josefina juana luisa manuel manuela
marta miguel oscar óscar patricia rafael ricardo roberto rodrigo sofia
sofía teresa valentina vicente victor víctor xiomara yadira yamileth yolanda yuliana yesenia wilmer wilfredo johanna
johan jhon jefferson kevin katherine cristina cristian carolina camila daniela ernesto esteban eduardo
enrique felipe joão joao paulo tiago thiago beatriz bruna mateus antónio antônio antonio lucas gabriel jean jacques
françois marie-claire jean-claude jean-baptiste jean-pierre mireille chantal véronique emmanuel
christelle sekou sékou lamine boubacar boubakar cheikh modou awa ndeye adama kwame kofi kojo kwabena akosua abena
chinedu chioma chukwuemeka emeka ngozi obinna ifeanyi uche nneka oluwaseun olumide tunde
folake yetunde babatunde hauwa sani adamu garba joseph michael peter paul john james david stephen christopher elizabeth
rebecca esther ruth naomi deborah christina francis william robert thomas charles anna olga oksana
olena natalia natalya nataliia svetlana tatiana tetiana irina iryna ivan volodymyr vladimir oleksandr alexander
aleksandr oleksii alexey aleksei dmitri dmytro dmitry mykola nikolai nikolay serhii sergei sergey andrii andrey yuri
yurii
viktor viktoria yulia yuliia kateryna ekaterina lyudmila liudmyla halyna galina anastasia anastasiia bohdan taras vasyl
petro mykhailo mikhail elif emine hatice zehra murat emre burak serkan kemal ömer özlem
wanjiku wanjiru kamau otieno achieng njoroge mwangi juma hamisi bahati salehe jeanne-marie wilner jean-robert mackenson
wideline guerline roseline dieudonné dieudonne kamrul shafiqul nazrul rafiqul
sultana begum akter akhter hossain hasina nasima rokeya taslima monir jahangir alamgir mizanur mizan shahin shahidul
jashim
محمد احمد محمود عبدالله عبد الرحمن عبدالرحمن عبدالعزيز عبدالكريم عبدالقادر ابراهيم اسماعيل يوسف مصطفي عثمان حسن حسين
طارق سامر سمير ياسر ياسين يونس زكريا بلال حمزه ادريس اسامه ايمن انس بسام حسام حيدر رامي
رشيد سامي سعد سليمان صلاح طلال عباس علاء عماد عمار غسان فادي فارس فهد فيصل قاسم كمال لؤي ماجد مازن مروان معاذ منير مهند
نبيل وائل وسام وليد فاطمه عايشه خديجه مريم زينب سميره ساره رقيه حليمه رانيا ريم
سعاد شيماء غاده لمياء مروه نادين ناديه هاله ياسمين يسري رشا حفصه سميه جميله فوزيه بشير عبدو موسي عيسي يحيي داوود داود
هارون عبدي اديم
مهدي امير عليرضا محمدرضا حميدرضا غلام حميدالله نجيب‌الله رحمت‌الله احمدشاه عبدالحميد فرهاد بهرام داريوش كامران كيوان
كاوه بيژن پرويز پويا سياوش سهراب شاهين فرزاد مسعود مرتضي مجتبي ناصر هوشنگ شهرام فريبا فاطيما زهرا سكينه
معصومه مهسا نرگس نازنين نسرين پريسا فرشته فرزانه ليلا سميرا شبنم گلناز حميد محسن جواد كاظم عزيزالله ضياءالله زلمی زمري
ګل‌الدین پلوشه زرمينه توريالۍ بريالی
عبدالرؤف عمران راشد نديم نعيم وسيم جاويد عائشه رابعه ثمينه شازيه نازيه بلقيس اقبال فاروق آصف كاشف بابر
ахмед ахмад мухаммад мохаммед магомед мустафа ибрагим юсуф омар али хасан хусейн фатима аиша мариам алексей александр
андрей антон артем артём борис вадим валерий василий виктор виталий владимир вячеслав галина денис дмитрий евгений
екатерина елена иван игорь ирина кирилл ксения лариса людмила максим марина мария михаил наталья наталия николай оксана
олег ольга павел петр пётр светлана семен сергей станислав татьяна тимур фёдор юлия юрий яна ярослав
олександр олександра олексій андрій богдан валентина василь віктор вікторія володимир ганна дмитро євген іван ігор ірина
катерина марія микола михайло наталія олена павло петро сергій світлана степан тарас тетяна юлія юрій
አበበ አልማዝ አለማየሁ በቀለ ብርሃኑ ዳዊት ዳንኤል እዮብ ፍጹም ገብሬ ገብረ ግርማ ኃይሌ ሃይሌ ሄለን ከበደ ክፍሌ መኮንን መስፍን ሙሉጌታ ናትናኤል ራሄል ሳሙኤል ሰላማዊት ሰለሞን ሳራ ታደሰ
ተስፋዬ ተክሌ ቴዎድሮስ ዮሐንስ ዮናስ ዘውዱ መሀመድ መሐመድ አህመድ ፋጡማ ማርያም ማርታ
ኣበበ ብርሃነ ዳኒኤል ፊልሞን ሃይለ ኢሳይያስ ኪዳነ መብራህቱ መድሃኔ መርሃዊ ሮቤል ሳምሶን ሰናይት ሰመረ ተስፋይ ተስፋኣለም ተክለ ጸጋይ የማነ ዮርዳኖስ ዘርአይ መሓመድ ኣሕመድ ዊንታ ሳሮን
মোহাম্মদ মুহাম্মদ আহমেদ আহমদ রহিম রহমান করিম আব্দুল আবদুল আব্দুল্লাহ হাসান হোসেন হুসাইন ইব্রাহিম ইসমাইল ইউসুফ জাহাঙ্গীর
জসিম কামাল কামরুল মিজান মিজানুর মনির নজরুল রফিক রফিকুল সাইফুল শফিক শাহীন শহিদুল সুমন আয়েশা ফাতেমা খাদিজা আমেনা মরিয়ম
নাসিমা নাসরিন রোকেয়া সালমা শাহানা সুলতানা তাসলিমা বেগম আক্তার
سلمى منى هدى ليلى مصطفى موسى عيسى يحيى يسرى مرتضى مجتبى লিটন মোঃ মোহাঃ মোছাঃ axmed maxamed maxamuud cabdi cabdulaahi
cabdiraxmaan cabdullahi cumar cusmaan faarax jaamac xuseen xasan xaliimo caasha saynab sahro nimco deeqa
"""
KNOWN = frozenset(fold(name) for name in _KNOWN.split())

# Names that are words too: hidden after "my brother", "I am", a title, or another name.
_LIKELY = """
julio زيد amal amel hope faith grace joy blessing precious mercy peace patience gift goodness favour happiness success
prince princess king queen rose lily angel angela angel luz paz sol mar dolores pilar concepción esperanza gloria victor
mark luke grant will bill jack guy bob rich lisa ana eva eve emma nora nour noor nur wafa rida aman iman hiba huda salam
said jesus milagros mercedes socorro consuelo amparo reina linda blanca clara marina estrella
marie claire rose aimée désiré fortune innocent prudence pascal noël toussaint bienvenu dieu-merci mohawk amine ange
furaha imani amani rehema subira tumaini upendo pendo faraja asha saadia hodan hibo ubah cawo cali
علي امل نور جميل كريم هدي سليم سلام رحمه ايمان وفاء سعاده فرح سهام هناء نجاح نصر نصير حكيم جابر عامر صادق امين امينه
رحيم حليم حبيب عزيز شكري فؤاد مراد مبارك بركات صباح صفاء ضياء عزيزه فريد كامل مالك مجد منصور ناجي نجم هلال هاني وحيد
وردة ياسمين
اميد آرزو آزاده بهار پروانه سپيده ستاره شادي گل لاله ناز نسيم نور روشن پيام پيروز آزاد اميدوار خوشحال هيواد سپين تور
زړور اختر انمول آفتاب
вера любовь лев слава віра надія любов святослав
ሰላም ፍቅር ተስፋ ብርሃን ሰናይ ፀሐይ ሓጎስ ፍቕሪ
আলো আশা শান্তি সুখ রুপা সোনা মুক্তা রতন মানিক জীবন স্বপন তারা
saber saida reza rosa rosario victoria santiago marcos pierre olivier guadalupe jesús mona hakim shahid baraka neema
zawadi rahma hawa صالح دعاء اسماء سعيد سحر شاهد نادر وحيد شيرين رضا عمر هبه عادل جمال شريف خالد надежда роман ደስታ ህይወት
ትዕግስት ለምለም
"""
LIKELY = frozenset(fold(name) for name in _LIKELY.split())
