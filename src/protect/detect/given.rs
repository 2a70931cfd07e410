//! Given names that are not also words: a small list over many languages, folded, sorted by first letter only.

/// Names by which a capitalised word is taken for a person's name where nothing else says so. Names that are also
/// months, places, flowers, brands, nationalities or verbs are left out: they would raise false alarms.
const NAMES: &str = "\
aaliyah aaron abdul abdullah abigail abraham achim adaeze adam adele adrian adriana adrien agathe agnes agnieszka ahmad ahmed aicha aidan \
aileen aisha ajay akira alain alba albert alberto alejandra alejandro aleksandra alessandro alessia alexander alexandra alexandre alexandros alexej \
alexis alfredo ali alice alicia alina alisa alison alvaro amadou amal amanda amandine amelia amelie amina amir amit amy ana anais andrea andreas \
andrei andres andrew andrzej anett angela angelica angelika angelina anika anita anja anjali ann anna annabelle anne anneliese annette annie annika anouk \
anton antonia antonio antoine anya arash ariane ariel arjun armando arnaud arne arthur arturo asher ashley astrid aurelie ava axel ayesha aylin ayse azra \
barbara bart bastian beatrice beatriz becky belen ben benedikt benjamin benoit bernadette bernard bernd bernhard bettina beverly bianca birgit \
bjorn blanca bogdan boris bradley brandon brenda brendan brian brigitte britta bruno bryan caitlin calvin camila camille carl carla carlos carmen \
carol carole carolina caroline carolyn caterina catherine cecile cecilia celia celine cesar chantal charlotte chen cheryl chiara chidi chinedu chloe chris christa \
christiane christina christine christoph christophe christopher cindy claire clara claudia claudine clement clemens colin connor conny corinna corinne \
cristian cristina cynthia dagmar dalia damian damien dan daniel daniela daniele danielle danny dario darren dave david deborah debbie deepak delphine \
denis denise dennis derek detlef devon diana diane diego dieter dimitri dirk dmitri dolores dominik dominique donald donna doris dorothea dorothy douglas dylan \
eberhard edgar edith eduardo edward eileen ekaterina elaine elena eleni elias elif elijah elisa elisabeth elise elizabeth elke ella ellen elodie elsa emeka emil emilia emilie \
emily emine emma emmanuel emre enrico enrique eric erica erich erik erika erin ernesto esther ethan etienne eugene eva evan evelyn ewa fabian \
fabien fabio fabrice fatima fatma fatou federico felipe felix ferdinand fernanda fernando fiona florian francesca francesco francine \
francis francisca francisco franck francois francoise franziska fred frederic frederik frieda friederike friedrich gabriel gabriela gabriele gabrielle \
gael gareth gary genevieve geoffrey george georges gerald gerard gerd gerhard gertrud gianluca gilbert gilles giovanni gisela giulia giuseppe gloria \
gonzalo gordon greg gregor gregory greta gudrun guido guillaume guillermo gunter gustavo hamza hana hanna hannah hannelore hannes hans harald harriet harry hasan \
hassan hector heidi heike heiko heinrich heinz helen helena helene helga helmut hendrik henri henrik henry herbert hermann hilary hiroshi holger horst howard \
hubert hugo hussein ian ibrahim ifeoma ignacio igor ilona ilse imran ines inga inge ingo ingrid irene irina iris isaac isabel isabella isabelle \
ismail ivan ivana jacob jacqueline jacques jaime jakob jakub jamal james jamie jan jana jane janet janice janina jannik jasmin jason javier jay jean jeanne \
jeff jeffrey jenna jennifer jenny jens jeremy jerome jesse jessica jill jim joachim joan joanna joao joaquin jochen joel joelle johanna johannes john jonas jonathan \
jorg jorge jose josef josefina joseph josephine josh joshua josue juan juana judith julia julian juliana julie julien juliette julio jurgen justin justine kai kamil karen karin karina karl karsten \
kasia katarzyna kate katharina katherine kathleen kathrin kathy katie katja katrin kavita kayla keith kelly ken kenji kenneth kerstin kevin khadija khalid kim kirsten \
klara klaus konrad konstantin kristin kristina kristof krzysztof kurt kwame kylie lara larissa lars latifa laura laure laurence laurent lea leah leila lena leon leonardo leonie \
leticia liam liliana lina linda lionel lisa liz loic lorena lorenzo lothar louis louise lucas lucia luciana lucie lucy ludovic ludwig luis luisa lukas luke lutz lydia \
lynn maciej maddie madeleine magali magdalena mahmoud maike maite malik malte mandy manfred manon manuel manuela marc marcel marcela marcelo marco marcos marcus mareike \
margaret margarita margaux margot maria mariam mariana marianne marie marina mario marion marisol marius marko markus marlene marta martha martin martina martine mary mathias \
mathieu mathilde matilda mats matteo matthew matthias matthieu maureen maurice mauricio max maxime maximilian maya megan mehdi mehmet mei melanie melissa mercedes michael michaela michel michele \
michelle miguel mike mikhail mila milena miriam mirjam mohamed mohammad mohammed moira monica monika monique moritz muhammad murat mustafa myriam nadia nadine nadja naomi natalia natalie \
natascha natasha nathalie nathan nathaniel neha neil nele nicholas nick nicolas nicole niklas nikolai nikolaus nils nina noah noelia noemi nora norbert nuria odile ola oleg olga oliver olivia olivier \
omar oscar oskar osman pablo paloma pamela paola pascal pascale patrice patricia patrick paul paula paulina pauline pavel pedro penelope peter petra phil philip philipp philippe phillip pia \
pierre pietro pilar piotr priya quentin rachel rafael rahul rainer raj rajesh ralf ralph ramon ramona raphael raquel rashid raul ravi rebecca reiner reinhard renata renate renato rene \
rebeca rita robert roberto robin rocio rodrigo roger roland rolf romain roman ronald rosa rosalie rosario rosemary roxane rudiger rudolf ruth ryan sabine sabrina said salma salvador sam samantha samir \
samira samuel sandra sandrine sanjay sara sarah sascha scott sean sebastian sebastien selina selma serena serge sergei sergio seydou shanice shannon sharon sheila shreya siegfried sigrid silke silvia \
simon simona simone sina sofia sofie solene sonia sonja sophia sophie soren stefan stefanie stella stephan stephane stephanie stephen steve steven sunita susan susana susanne suzanne svenja \
svetlana sven swantje sybille sylvain sylvia sylvie tamara tania tanja tanya tariq tatiana teresa terry thea theo theodor theresa therese thierry thiago thomas thorsten tiffany till tim timo timothy tina tobias \
todd tom tomas tomasz toni tony torben torsten tracy tristan ulrich ulrike ursula uta ute uwe valentina valerie valeria vanessa vera veronica veronika veronique vicente victor viktor viktoria vincent \
vinzenz viola virginie vivian viviane vladimir volker waltraud wendy werner wilhelm william winfried wolfgang xavier ximena yan yanis yann yasmin yasmine yolanda yuki yuri yusuf yvonne zahra zainab zoe zuzanna \
abena adwoa akosua amara ayodele babajide bukola chiamaka chioma ebele efua folake kofi kojo kwabena kwesi ngozi nkechi nnamdi obinna oluwaseun sade tunde uche wanjiru yaw \
kristen brianna tyler logan hailey jared trevor caleb lauren courtney brittany heather kelsey lindsay derrick dustin travis curtis marvin tyrone latoya keisha jasper julianne meredith \
aarav aditi aditya ananya arun ashwin divya gaurav harsh ishaan karthik lakshmi manish meera nikhil nisha pooja pranav prashant rohan rohit sandeep shruti sneha suresh swati tanvi varun vikram vivek \
akiko haruka haruto hiroko kaito keiko kenta makoto mariko masashi misaki naoki sakura satoshi takashi takeshi tomoko yoko yosuke yumiko jihoon minji minjun seoyeon soojin \
achieng ewan eoin niamh siobhan aoife ciaran grainne padraig rhys gwen callum hamish angus isla finlay cormac declan fergus \
bartosz dorota ewelina grzegorz jadwiga malgorzata marcin mateusz michal pawel wojciech zofia jiri katerina lenka marek petr tereza vojtech attila gabor istvan katalin laszlo zoltan zsofia \
anders astri bengt bjarne freja gunnar halvard ingeborg johan kari karsten lasse linnea magnus mikkel mette nanna oskari pekka rasmus sanna signe sigurd solveig tuomas ville \
adnan amila bojan branka darko dejan dragana goran jelena jovana ljiljana mirela mirko nebojsa nikola radovan sanja slobodan vesna vladan zeljko zoran \
bilal burak cem deniz ebru erdem fatih gokhan hakan kemal merve onur ozlem selin serkan sinan tugba volkan zeynep \
aziz farah farid habib hala hamid hatem hiba hisham iman jamila kamal karim khaled layla maha mona mounir mourad nabil nadir noor rania rachid reem rim sami samer tarek walid yacine yassine ziad \
afonso beatriz catarina duarte goncalo henrique ines joana leonor mafalda margarida rui tiago vasco aitor ainhoa ander asier gorka inigo itziar iker jordi laia meritxell montserrat nerea oriol pau unai \
antje bjoern burkhard carsten christof dietmar dorit eckhard elfriede frauke gesa gunther hartmut henning hilde ilka imke jorn jost jutta kathleen katharine liesel lieselotte maren marlies meike nils ottilie pirmin roswitha rosemarie sibylle sonke steffen steffi swen tilman traudl ulf vreni wiebke wilma wolfram \
adeline alexandrine amaury anatole apolline armelle aude audrey baptiste benedicte blandine celestin clemence corentin cyril cyrille edouard eloise estelle fabienne florent gaelle gaetan ghislaine guilhem gwenaelle herve jerome jocelyne josiane ludivine maelle marceline marguerite melissande mireille nathanael noemie odette oceane perrine raymonde regis remi salome severine sidonie solange thibault thibaut yannick yves \
adela amparo angeles araceli arancha asuncion begona benito carlota concepcion consuelo cristobal dario encarnacion estefania esteban eusebio fermin gerardo guadalupe hernan ibon inmaculada isidro jacinto jimena josefa julieta leandro leocadia lourdes macarena maribel matias miren nicanor nieves octavio pepe perla ramiro remedios reyes rogelio rosalba sagrario salvadora santiago teodoro tomas ulises vicenta yolanda";

/// Names that are also words: they count only with a surname.
const AMBIGUOUS: &str = "\
grace rose mark hope faith joy bill jack frank dawn summer ruby pearl ivy victoria charlotte florence austin jordan georgia virginia chase hunter mason carter \
lily daisy violet jade rich rob pat drew art june april autumn amber crystal dean earl ernest grant guy hazel holly iris jasmine ray rusty sky sunny miles \
angel blanca clemente consuelo dulce esperanza fe gracia luz mar mercedes nieves paz pilar rosario sol wolf ernst treu frieda linde heide clement desire fleur";

/// Whether a folded word may be a given name where a surname follows.
#[inline(never)]
pub(crate) fn may_be_given(word: &str) -> bool {
    is_given(word) || listed(AMBIGUOUS, word)
}

/// Whether a folded word is on the list. The scan over some 8 kB happens only for capitalised words in texts.
#[inline(never)]
pub(crate) fn is_given(word: &str) -> bool {
    word.len() > 1 && listed(NAMES, word)
}

/// Whether a folded word is on a list of words between spaces.
#[inline(never)]
pub(crate) fn listed(list: &str, word: &str) -> bool {
    // A list this short is searched faster than it would be unpacked for every text.
    let list = list.as_bytes();
    word.is_ascii()
        && !word.is_empty()
        && memchr::memmem::find_iter(list, word.as_bytes()).any(|at| {
            let edge = |i: Option<usize>| i.and_then(|i| list.get(i)).is_none_or(|b| *b == b' ');
            edge(at.checked_sub(1)) && edge(Some(at + word.len()))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_names_only() {
        assert!(is_given("aaliyah") && is_given("tobias") && is_given("yolanda"));
        assert!(!is_given("tobia") && !is_given("obias") && !is_given("") && !is_given("may"));
    }
}
