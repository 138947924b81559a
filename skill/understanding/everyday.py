"""Everyday English: words that people say of anything under the sun.

A word that no sample has is taken for one that looks like it, "strech" for "stretch". But what
is a word of its own, "past", "world" or "rain", is no slip of "last", "word" or "train".
"""

from skill.understanding.likeness import stem_of


def is_everyday(word: str) -> bool:
    """Whether a word, or what it is a form of, is one that people say of anything."""
    return word in _WORDS or stem_of(word) in _STEMS


_WORDS = frozenset(
    """
    able above accept accident account across act actor actress add address admit adult advice
    afraid afternoon age agree air airport alarm album alive alone along amount angry animal
    answer apartment apple apples april area argue arm arms army arrive art article artist ask
    asleep attack attention august aunt author autumn awake award away awful baby bad bag bake
    baker ball banana bananas band bank bar bark base basket bat bath bathroom battery bay beach
    bean beans bear beard beat beautiful become bed bedroom bee beef beer begin behave behind
    believe bell below belt bench beside best bet better between bike bill bin bird birds birth
    birthday biscuit bite bitter black blade blame blanket bless blind block blood blow blue
    board boat boats body boil bomb bone bones book books boot boots border boring born borrow
    boss bottle bottom bowl box boy boys brain branch brave bread breakfast breath brick bride
    bright bring broken brother brothers brown brush bucket budget build building bulb bull burn
    burst bus bush business busy butter button buy cabin cable cake call calm camera camp candle
    candy cap captain car card cards care career careful carpet carrot carry cars case cash cat
    catch cats cause ceiling cell cent centre century chain chalk chance change channel chapter
    charge cheap cheat check cheese chef chest chicken child children chin china chips chocolate
    choir choose christmas church cinema circle city class clean clear clever climb clock close
    cloth clothes cloud clouds club coal coast coat code coffee coin cold collar collect college
    colour comb come comfort comic common company complain complete computer concert contact
    contain cook cookie cool copper copy corn corner correct cost cotton cough country course
    court cousin cover cow cows crash crazy cream create credit crime cross crowd crown cruel
    cry cup cups curtain curve customer cut daddy daily damage dance danger dark date daughter
    dead deaf deal dear death debt december decide deep deer defend degree delay deliver dentist
    deposit depth desert design desire dessert destroy detail develop devil diamond dictionary
    die diet different difficult dig dinner dirty discover discuss disease dish divide doctor
    dog dogs doll dollar dollars door doors double doubt dozen dragon draw drawer dream dress
    drink drive driver drop drum drums dry duck dust duty ear early earn ears earth east easter
    easy eat edge egg eggs eight election electric elephant email empty enemy energy engine
    england english enjoy enter error escape euro europe euros evening event exam example excuse
    expensive explain express eye eyes face fact fail fair fairy faith fall false family famous
    fan far farm farmer fashion fast fat father fault favourite fear feather february fed feed
    feel feet fell female fence fever few field fight film films find fine finger fingers fire
    firm fish fit fix flag flame flat flavour flight float floor flour flow flower flowers fly
    fold follow food fool foot football force foreign forest forget fork form forward found fox
    frame france free freedom french fresh fridge friend friends frog front fruit fuel full fun
    funny fur furniture future game garage garden garlic gas gate gather gave general gentle
    german germany ghost giant gift girl girls give glad glass glasses glory glove glue goal
    goat god gold golf government grace grade grain grandma grandmother grandpa grape grapes
    grass grave great green grey ground group grow guard guess guest guide guilty guitar gun guy
    gym habit hair haircut half hall ham hammer hand hands happen happy harbour hat hate head
    heading health hear heart heat heaven heavy height hell hello helmet hen herb here hero
    hidden hide high hill history hit hole holiday holy home honest honey hope horn horse horses
    hospital host hotel house houses huge human humour hundred hunger hungry hunt hurry husband
    ice idea ideas ill image important inch increase index industry information ink insect
    inside insurance interest internet invite iron island italy jacket jail jam january japan
    jar jealous jelly jewel job john join joke joy judge juice july june jungle justice keep
    kettle key keys kick kid kids kill kilometre kind king kingdom kiss kitchen kite knife knock
    know label lack ladder lady lake lamb lamp land language large late laugh laundry law lawn
    lawyer lazy lead leaf learn leather leave leaves legal lemon lend lesson letter letters
    lettuce level library licence license lie life lift light lights limit line lion lip lips
    liquid list listen litre live liver loan lobster local lock london lonely look lorry lose
    lost lottery loud love lovely low luck lucky machine mad magazine magic mail main male mall
    man manage manager map march mark market marriage married mask mass master match mate
    material mathematics may maybe mayor meal measure meat medal medicine meet meeting melt
    member memory men menu message metal meter metre mice middle midnight mile miles milk mill
    million mind mine minister mirror mistake mix mixture modern moment money monkey month
    months mood moon moral mosquito mother motor mountain mouse mouth movie movies mud mum mummy
    murder museum mushroom must mustard nail name narrow nation nature naughty near neat neck
    need needle neighbour nephew nerve nest net new news newspaper nice niece night nobody noon
    normal north nose note notes novel november nurse nut nuts oak ocean october odd offer
    office officer oil old onion onions orange oranges order organ oven owe owl own owner page
    pain paint painting pair palace pale pan pancake pancakes paper parade parcel parent parents
    paris park parking part partner party pass passenger passport password past paste path
    patient pay peace peach peanut pear pen pencil pension people pepper perfect perhaps permit
    person pet petrol phone photo photos piano picture pictures pie piece pig pillow pilot pin
    pine pink pint pipe pirate pizza place plain plan plane planet plant plants plastic plate
    play player please pleasure plenty plumber pocket poem poet poetry point poison pole police
    polish polite politics pond pool poor pop popular pork port position possible post postman
    pot potato potatoes pound pounds pour powder power pray prefer present president press
    pretty price priest prince princess print prison prize problem produce professor profit
    program project promise proof protest proud public pull pump punch punish pupil puppy pure
    purple purpose purse push puzzle queen question queue quiet quite rabbit race radio rain
    rainbow raise range rat rate rats raw reach read ready real reason receipt receive recipe
    record red refuse regret religion rent report request rescue reservation respect rest
    restaurant result return rhythm rice rich ride ring rise risk rival river road roast rob
    robot rock rocket roll roof room rooms root rope rose rough round row royal rub rubber
    rubbish rude rugby rule ruler rules run sad safe sail sailor salad salary sale salt same
    sand sandwich satisfy sauce sausage save say scale school schools science scientist scissors
    score scratch screen screw sea search seat secret secretary see seed seem sell send sense
    september serious servant service set seven shade shadow shake shallow shame shape share
    shark sharp sheep sheet shelf shell ship ships shirt shock shoe shoes shoot shop shopping
    shops shore shoulder shout show shower shut shy sick sight sign silk silly silver similar
    simple sing singer sink sir sister sisters sit size skate ski skin skirt sky sleep sleepy
    slice slide slip slope small smart smell smile smoke smooth snake snow soap soccer society
    sock socks sofa soft soil soldier soldiers solid solution son song songs soon soup sour
    south space spain spanish spark speak special speech spell spend spice spider spill spirit
    spoil spoon sport sports spot spray spring square squirrel stable staff stage stairs stamp
    stand star stars state station statue steak steal steam steel steep stem stick sticky still
    stomach stone stones store stories storm story stove straight strange straw stream street
    string stripe strong student study stupid style subject success sudden suffer sugar suggest
    suit summer sun sunny supper support suppose surface surprise swan sweat sweater sweep sweet
    swim swimming switch sword sympathy system table tail tailor take talk tall tank tap tape
    taste tax taxes taxi tea teach teacher team tear teeth telephone television tell temper
    tennis tent term terrible test text theatre theory thick thief thin thing think thirst
    thirsty thought thread threat throat throne thumb thunder ticket tickets tidy tie tiger
    timer tin tiny tip tired title toad toast tobacco toe toes toilet tomato tomatoes tomorrow
    ton tongue tool tools tooth top torch total touch tour towel tower town toy toys trade
    traffic train trains tram trap travel treat tree trees trial triangle trick trip trouble
    trousers truck true trunk trust truth try tube tune tunnel turkey twice twin twist type ugly
    umbrella uncle under unit universe university upset upstairs use usual vase vegetable
    vegetables verse village violin virus visa visit voice vote wage waist wake walk wall wallet
    war warm wart wash waste watch water wave waves wax weak weapon wear weather wedding weed
    weeds weigh weight west wet whale wheat wheel whisper whistle white wide wife wild win wind
    window windows wine wing wings winner winter wipe wire wise wish witch wolf woman women
    wonder wood wool word words work worker world worm worry worse wound wrap wreck wrist write
    writer writing wrong yacht yard year years yellow yesterday young youth zebra zone zoo
    """.split()  # noqa: SIM905 - reads as words
)
_STEMS = frozenset(map(stem_of, _WORDS))
