"""Words that are no name where one is expected: they end it. Folded as `given.fold` folds."""

from __future__ import annotations

import regex

from bot.masking.given import fold

_WORDS = """
a an the and or but so because that this these those i im i'm we you he she it they me my mine our your his her their us
them am is are was were be been
being do does did don't not no yes have has had having will would can could may must should need needs want wants wanted
would please help ask asking go going
come coming came came get got from in on at of to for with without by about as into over under near here there where
when how what who why which if then than
now today yesterday tomorrow years year old male female man woman boy girl live lives living lived lost missing sick ill
ok sir madam mam friend team
everyone everybody all there again also too very just only still already looking waiting trying afraid writing written
spelled spelt wrong correct right
registered different changed missing and/or migrant refugee asylum seeker person speak speaking call calling born age
aged since before after new
et à ou mais donc car que qui quoi où quand comment pourquoi je tu il elle on nous vous ils elles me te se le la les un
une des du de en au aux dans sur sous avec sans pour par
chez est es suis sommes êtes sont était ai as avons avez ont avais ne pas plus mon ma mes ton ta tes son sa ses notre
votre leur leurs ce cette ces ici là viens vient venu
veux peux dois besoin cherche cherchons habite âgé âgée ans né née bonjour bonsoir svp merci mal écrit écrite malade
seul seule perdu perdue enceinte
y o u e pero porque que quien donde cuando como yo tú tu él ella nosotros ustedes ellos ellas me te se lo los las un una
unos unas del al en con sin por para desde hasta
es soy eres somos son era estoy esta está estamos están tengo tiene tenemos tienen no si sí mi mis su sus este esta aquí
allí vengo viene quiero puedo necesito busco vivo años edad de
nacido nacida hola ayuda mal escrito escrita enfermo enferma sola solo perdido perdida embarazada
e mas porque quem onde quando como eu você ele ela nós vocês eles elas um uma uns umas do da dos das no na nos nas em
com sem por para desde até é sou somos são era estou está estamos
estão tenho tem temos têm não sim meu minha meus minhas seu sua seus suas este esta aqui ali venho vem quero posso
preciso procuro moro anos idade olá errado doente
و او أو ثم لكن لان لأن الذي التي اللي انا نحن احنا انت انتي هو هي هم هن من في فى الى على عن مع بدون عند عندي عندنا لدي
لدينا لدينه كان كانت كنت يكون هذا هذه هاي دا دي هنا هناك كيف وين اين متي متى لماذا ليش شو ما ماذا هل لا نعم
ليس ليست مو مش لم لن قد اريد بدي عايز عاوز محتاج احتاج ابحث ادور اسكن ساكن ساكنه عايش عمري عمره عمرها سنه سنة سنوات
مولود مواليد وانا وأنا واريد وأريد ونحن وهو وهي وعندي وعمري وعمره وعمرها ومن وفي واحتاج وابحث وبدي جيت جئت جاي قادم هربت
وصلت ضاع
مفقود مفقوده مكتوب غلط خطا خطأ صحيح سوري سورية سوريه سوداني سودانيه عراقي عراقيه فلسطيني يمني مصري مغربي جزائري تونسي
ليبي لاجي لاجئ لاجئه مهاجر مريض مريضه حامل وحدي خايف خايفه تعبان الان حاليا رقم رقمي تلفوني ممكن ارجو لو سمحت بحاجه
مساعده ام ابو
است هست هستم هستيم هستند بود بودم ميباشد می‌باشد ميباشم می‌باشم و يا اما كه از در به با براي برای تا را رو هم من ما تو
شما او ان آن اين این اينجا كجا چرا چطور چه كي چي نيست نیست دارم داريم دارد ميخواهم می‌خواهم بايد لطفا كمك ساله سال سن
سنم اهل ساكن متولد گم شده مريض بيمار خسته تنها اشتباه غلط نوشته
دی دى ده دي ديم يم یم يو یو شو وو وه نه هو له په ته سره چي چې او زه موږ تاسو دلته هلته څه ولي څنګه غواړم لرم كلن كلنه
مرسته یې يې مي مې د
ہے ہيں ہیں ہوں تھا تھي تھی ہو اور يا يه یہ وه وہ مين میں ميں ہم اپ آپ تم كا كي كے کا کی کے كو کو سے نے پر تك تک نہين
نہیں مجھے ميرا ميري ميرے میرا میری میرے چاہيے چاہیے كيسے كہاں کہاں مدد سال گم غلط ایک ايك لاپتا لاپتہ بيمار بیمار
ve veya ama çünkü ki ben sen o biz siz onlar bu şu bir de da ile için gibi var yok değil ne nasıl nerede neden kim
istiyorum lazım yardım yaşındayım yaşında yaşıyorum geldim buradayım suriyeliyim afganım yanlış yazılmış kayıp hasta
hamile
и или но а что кто где когда как почему я ты он она мы вы они мне меня мой моя мое моё мои его ее её их нас вас из в во
на с со от до для по без у о об за под есть был была были не нет да это этот эта хочу могу нужно нужна нужен помогите
помощь лет года год
родился родилась живу ищу приехал приехала потерялся потерялась пропал пропала болен больна неправильно написано беженец
беженка
і та або але що хто де коли як чому він вона ми ви вони мені мене мій моя моє мої його її їх нас вас із з зі від до для
по без у в на про є був була були не ні так це цей ця хочу можу треба потрібно потрібна допоможіть допомога років рік
народився народилась живу шукаю приїхав приїхала зник зникла хворий хвора неправильно
waa waxaan waxaa iyo ama laakiin sababtoo aan aniga anigu waan adiga isaga iyada annaga idinka iyaga ma maya haa ka ku u
la oo ee in si ah ahay tahay yahay jira joogaa rabaa doonayaa ubaahanahay caawimaad jir sano xaggee goorma sidee maxaa
yaa halkan khaldan qalad jiran buka
ni na au lakini kwa kwamba mimi wewe yeye sisi nyinyi wao wa ya za la cha vya katika kutoka toka hapa pale wapi lini
jinsi gani nini nani kwanini si sio hapana ndiyo nina ana tuna nataka nahitaji tafadhali msaada miaka umri naishi natoka
natafuta mgonjwa mjamzito amepotea nimepotea vibaya yangu yake
ak ou men paske mwen m ou li nou yo sa ki kote kilè kijan poukisa se te pa wi non nan sou pou avèk san gen genyen vle
bezwen tanpri ede laj an ane soti isit la ap rete chèche malad ansent pèdi mal ekri ki te sòti
ነው ነኝ ናት ናቸው እና ወይም ግን እኔ አንተ አንቺ እሱ እሷ እኛ እናንተ እነሱ የእኔ ከ ወደ ለ በ ውስጥ እዚህ የት መቼ እንዴት ለምን ምን ማን አይደለም አለኝ የለኝም እፈልጋለሁ እባክዎ
እርዳታ አመቴ ዓመት ዓመቴ እባላለሁ ይባላል ትባላለች መጣሁ የመጣሁ ጠፋ ጠፋች ታመመ ታመመች
እዩ እየ እያ ኢዩ ኢየ ኢያ ን ወይ ግን ኣነ ንስኻ ንስኺ ንሱ ንሳ ንሕና ንሳቶም ናይ ካብ ናብ ኣብ ኣብዚ ኣበይ መዓስ ከመይ ንምንታይ እንታይ መን ኣይኮነን ኣሎኒ የብለይን እደሊ ሓገዝ
ዓመተይ ይበሃል ትበሃል መጺአ ጠፊኡ ጠፊኣ ሓሚመ
হয় হলো হল হচ্ছে আমি তুমি আপনি সে তিনি আমরা তারা এবং বা কিন্তু কারণ যে কে কি কী কোথায় কখন কিভাবে কেন আমার আমাদের তার
তাদের এই ওই এখানে থেকে মধ্যে জন্য সাথে না নেই আছে আছি ছিল চাই দরকার সাহায্য বয়স বছর বাড়ি থাকি খুঁজছি হারিয়ে অসুস্থ
ভুল একজন
und oder aber ich du er sie wir ihr aus in mit für von ist bin sind war nicht ja nein e o ma io sono di da per con
"""
NOT_A_NAME = frozenset(map(fold, _WORDS.split()))

# "I am Syrian": peoples, faiths and tongues, and what begins a sentence or names a time, are written large too.
_PEOPLES = regex.compile(
    r"(?:s[yi]ri[ae]|afg|ira[kq]|iran|pers|pak[ie]st|bangla|bengal|[eé]r[iy]t?h?r|[eé]th?i[oó]p|somal|s(?:o?u)dan|n[ií]g[eé]r|ghan|camer|kamer|congo|ivoir|marfil|guin[eé]|mal[ií](?:an|en)|s[eé]n[eé]g|gamb|mar(?:oc|roq)|moroc"
    r"|al(?:g[eé]r|jer|gel)|argel|t[uú]n[ie]s|l[yi]b[iy]|[eé]g[iy]p|palest|leban|liban|jord[ao]|y[eé]men|turk|turc|türk|greek|grec|grieg|v[eé]n[eé]z|colomb|cub[ae]n|ha[iï]t|ayis|ecuat|ecuad|peru|p[eé]ruv|hondur|salvad"
    r"|guatem|nicara|m[eé][xj]ic|bra[sz]il|br[eé]s|argent|chil[ei]|boliv|ukrai|ucra|russ[iei]|rus[oa]|georgi[ae]n|armen|arab|african|africain|européen|europe|musul|musli|mu[cç]ul|chr[eé]t|christian|cristian[oa]s?$|yaz[iy]|yezid|hazar|tadj|tajik|pasht"
    r"|uzbek|shi[ai]|sunn|catholi|cat[oó]li|jew|juif|jud[ií]|hindu|sikh|rohing|burm|myanm|chin[eo]|indi[ae]n|nepal|vietn|filip|philip|german|alleman|alem[aã]|french|fran[cç](?:ai|es)|itali|espa[nñ]|spanish|portug|english|angla|ingl[eê]|kurd"
    r"|monday|tuesday|wednesday|thursday|friday|saturday|sunday|january|february|march|april|june|july|august|september|october|november|december|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|god|dieu|dios|deus|allah|ramadan|eid|christmas"
    r"|сири|афган|ирак|иран|укра|росс|русск|арме|груз|тадж|узбек|казах|кирг|чече|мусул|турк|кур[дт]|сир[іi]|рос[іi]|вірм|курд)",
)


class _Peoples:
    """Answers `word in PEOPLES` by how the folded word begins."""

    def __contains__(self, word: str) -> bool:
        return bool(_PEOPLES.match(word))


PEOPLES = _Peoples()
