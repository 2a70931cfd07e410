//! NAME in Chinese: by introduction, label, relation and title, with a list of family names.

use super::text::{Text, is_han};
use super::{Finds, Kind};

const FAMILIES: &str = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文庞樊兰殷施陶洪翟安颜倪严牛温芦季俞章鲁葛伍韦申尤毕聂丛焦向柳邢岳齐梅莫庄辛管祝左涂谷祁耿牟卜路詹关苗凌费纪靳盛童欧甄项曲成游阳裴席卫查屈鲍位覃霍翁隋甘景薄单包司柏宁柯阮桂闵解强柴华车冉房边";
/// Family names that also begin everyday words ("我是高中生", "我是左撇子"): not taken after a bare 我是.
const AMBIGUOUS: &str =
    "高黄白马方石安万常易文毛金温左关成单包强华车房边向游阳位解盛路田江龙牛武康宁查管卜曲景甘童何于任余";
/// Characters that end a name because they go on with the sentence.
const ENDS: &str =
    "也说和是的在给跟与就都很有没不了让把对被告向要会能做去来到想觉得还已参这那吗呢吧啊个们同今昨最第从比";

const INTRODUCTIONS: &[&str] =
    &["我叫", "名叫", "名字是", "名字叫", "姓名:", "姓名是", "本人", "他叫", "她叫", "叫做", "签名:", "名字:"];
const RELATIONS: &[&str] = &[
    "同学", "朋友", "室友", "同事", "姐姐", "哥哥", "妹妹", "弟弟", "搭档", "邻居", "男友", "女友", "老公", "老婆",
    "同桌", "学长", "学姐", "闺蜜",
];
const TITLES: &[&str] =
    &["老师", "先生", "女士", "教授", "医生", "小姐", "同学", "博士", "师兄", "师姐", "主任", "阿姨"];

/// Names of people in Chinese texts.
pub(crate) fn names(text: &Text, finds: &mut Finds) {
    for i in 0..text.len() {
        if !is_han(text.at(i)) || !FAMILIES.contains(text.at(i)) {
            continue;
        }
        let before = |words: &[&str]| {
            words.iter().any(|w| {
                text.flat(i.saturating_sub(w.chars().count() + 1), i).trim_end_matches([' ', '"']).ends_with(w)
            })
        };
        let family = text.at(i);
        let found = if before(INTRODUCTIONS) || before(RELATIONS) {
            given(text, i)
        } else if before(&["我是"]) && !AMBIGUOUS.contains(family) {
            given(text, i).filter(|end| !is_han(text.at(*end)) || matches!(text.at(*end), '的' | '，'))
        } else {
            titled(text, i)
        };
        finds.extend(found.map(|end| (Kind::Name, i, end)));
    }
}

/// The end of a name whose family name is at `i`: one or two characters more.
fn given(text: &Text, i: usize) -> Option<usize> {
    let part = |i: usize| is_han(text.at(i)) && !ENDS.contains(text.at(i));
    let end = match (part(i + 1), part(i + 2)) {
        (true, true) => i + 3,
        (true, false) => i + 2,
        _ => return None,
    };
    Some(end)
}

/// "刘老师", "王建国先生".
fn titled(text: &Text, i: usize) -> Option<usize> {
    let begins = !is_han(text.before(i)) || "和跟与是向问让请由被对给找像但在，".contains(text.before(i)) || i == 0;
    (1..=3).map(|n| i + n).find_map(|at| {
        let title = TITLES.iter().find(|t| text.flat(at, at + 2) == **t)?;
        let inner = text.slice(i + 1, at).iter().all(|c| is_han(*c) && !ENDS.contains(*c));
        let plural = text.at(at + title.chars().count()) == '们';
        let thanks = text.flat(i, i + 2) == "谢谢";
        (begins && inner && !plural && !thanks).then_some(at + title.chars().count())
    })
}
