/**
 * Texts that activations are observed on, written for that purpose: none is from a test set. They are many
 * kinds on purpose, for what was never seen is cut off.
 */
const prose = `
The lighthouse keeper climbed the spiral stairs every evening, lit the lamp, and wrote the weather into his book.
A good cheese needs time, salt, and a cellar that is neither too dry nor too warm.
In the third quarter revenue grew by 7.2 percent to 48.3 million, while operating costs stayed flat.
Dear Sir or Madam, I am writing to complain about the state of the footpath behind our house.
Is there a way to make the heating start half an hour before I come home?
The defendant argued that the clause was void because it had never been read out to him.
Photosynthesis turns carbon dioxide and water into sugar and oxygen with the energy of light.
Our flight was cancelled twice, our luggage went to Lisbon, and still it was the best holiday we have had.
She plays chess by post with a retired engineer in Reykjavik.
To remove the cover, loosen the four screws at the back and slide it towards you.
Kidney stones can cause sudden and severe pain in the side and the lower back.
The general crossed the river at night and met no resistance until dawn.
Cheap flights to Rome in October
best running shoes flat feet
Lovely little place, friendly staff, but the coffee was cold and we waited forty minutes for a table.
I love it!!! Five stars, would buy again.
Terrible. Broke after two days. Do not buy.
Breaking: magnitude 6.1 earthquake strikes off the coast; no tsunami warning has been issued.
The proof is by induction on the number of vertices; the base case is trivial.
Let X be a compact Hausdorff space and f a continuous map from X to itself.
Mitochondria are often called the powerhouse of the cell.
My daughter asked why the moon follows our car.
Order no. 4471-B: 12 boxes of screws (M6 x 40), 3 rolls of tape, 1 ladder; deliver by 09:30.
The quick brown fox jumps over the lazy dog.
Once upon a time there was a miller who had three sons, a donkey and a cat.
Turn off the tap while you brush your teeth, and you will save ten litres a day.
The senate passed the amendment by 51 votes to 49 after a debate of nineteen hours.
Jazz was born in New Orleans, where marching bands met the blues.
Bonds fell, gold rose, and the yen reached its highest level in a decade.
Whoever digs a pit for others will fall into it himself.
Press Ctrl+Alt+Delete, choose the task manager and end the process that does not answer.
Goalkeeper Nowak saved two penalties as the visitors held on for a draw.
Dinosaurs with feathers were drawn as lizards for more than a century.
A person is riding a bicycle down a hill.
Someone is peeling potatoes.
People are standing in a queue outside a bakery.
A small boat lies upside down on the shore.
The man is not eating bread.
Two girls in blue dresses sit on a swing.
A bird with a red beak drinks from a fountain.
Gas prices climb again as refinery outage drags on
Leaders call for calm after disputed election
Thousands flee as wildfire nears the city
Do I need a visa for a stopover of five hours?
What's the difference between a crocodile and an alligator?
Could you tell me, please, when the next guided tour starts?
No.
Yes, of course, whenever you like.
hmm
lol idk maybe tmrw?? brb
THE OFFICE IS CLOSED. PLEASE USE THE SIDE ENTRANCE.
e.g., i.e., etc., cf., et al., viz.
The enzyme catalyses the hydrolysis of the phosphodiester bond at pH 7.4 and 37 °C.
Thou shalt not covet thy neighbour's house, nor his ox, nor his ass.
Under the terms of the agreement, the Licensee shall indemnify and hold harmless the Licensor.
Blood pressure 128/79, pulse 66, temperature 36.8; no known allergies.
Preheat the oven to 180 degrees, grease the tin, and beat the eggs until they are pale and thick.
The stars are not wanted now: put out every one.
Quarks come in six flavours: up, down, strange, charm, bottom and top.
Antidisestablishmentarianism is a long word; floccinaucinihilipilification is a longer one.
He said that she said that they had said nothing.
Buffalo buffalo Buffalo buffalo buffalo buffalo Buffalo buffalo.
Subject: Re: Fwd: meeting moved to 3pm
Room 214, second floor, turn right after the lift.
My name is Ozymandias, king of kings; look on my works, ye mighty, and despair!
`.trim().split("\n");

const otherLanguages = `
Der Zug nach Köln fährt heute ausnahmsweise von Gleis sieben ab, bitte beachten Sie die Durchsagen.
Wer den Pfennig nicht ehrt, ist des Talers nicht wert.
Il a plu toute la nuit, mais ce matin le ciel est d'un bleu éclatant.
Où se trouve la pharmacie la plus proche, s'il vous plaît ?
La abuela guarda las fotografías antiguas en una caja de zapatos.
¿Cuánto cuesta un billete de ida y vuelta a Sevilla?
O gato preto atravessou a rua sem olhar para os lados.
La biblioteca comunale resterà chiusa per lavori fino a settembre.
De fiets staat nog steeds tegen het hek bij het station.
Jag skulle vilja boka ett bord för fyra personer klockan sju.
Kot śpi na parapecie, a pies szczeka na listonosza.
Příliš žluťoučký kůň úpěl ďábelské ódy.
Съешь ещё этих мягких французских булок, да выпей чаю.
Завтра утром мы поедем на дачу собирать яблоки.
Η θάλασσα ήταν ήρεμη και ο ουρανός γεμάτος αστέρια.
Pijamalı hasta yağız şoföre çabucak güvendi.
ירושלים היא עיר עתיקה מאוד
الطقس جميل اليوم وسنذهب إلى البحر
این کتاب را دیروز از کتابفروشی خریدم
मुझे सुबह की चाय के साथ अखबार पढ़ना पसंद है
আমি বাংলায় গান গাই
நான் நாளை சென்னைக்கு செல்கிறேன்
วันนี้อากาศร้อนมาก อยากไปเที่ยวทะเล
Hôm nay trời đẹp, chúng ta đi dạo quanh hồ nhé.
吾輩は猫である。名前はまだ無い。
明日の会議は午後三時から始まります。資料を忘れないでください。
床前明月光,疑是地上霜。举头望明月,低头思故乡。
请问去火车站怎么走?
내일은 비가 온다고 하니 우산을 챙기세요.
Mji mkuu wa Kenya ni Nairobi.
Saya ingin memesan dua porsi nasi goreng.
Sólin skín og fuglarnir syngja.
`.trim().split("\n");

const codeAndMarks = [
  'def mean(values):\n    """The arithmetic mean."""\n    if not values:\n        raise ValueError("empty")\n    return sum(values) / len(values)',
  "for (let i = 0; i < rows.length; i++) {\n  const [key, value] = rows[i].split('=');\n  map.set(key.trim(), Number(value));\n}",
  "pub fn push(&mut self, item: T) -> Result<(), Full> {\n    if self.len == N { return Err(Full); }\n    self.items[self.len] = Some(item);\n    self.len += 1;\n    Ok(())\n}",
  '#include <stdio.h>\nint main(void) { printf("%d\\n", 6 * 7); return 0; }',
  "SELECT c.name, SUM(o.total) AS spent FROM customers c JOIN orders o ON o.customer_id = c.id GROUP BY c.name ORDER BY spent DESC LIMIT 5;",
  '{"id": 17, "tags": ["a", "b"], "nested": {"ok": true, "ratio": 0.25, "none": null}}',
  "<!doctype html><html><head><title>Hi</title></head><body><p class='big'>Hello &amp; welcome</p></body></html>",
  "| name | size |\n|---|---|\n| a.txt | 1 kB |\n| b.txt | 20 kB |",
  "$ git commit -m 'Fix it' && git push --force-with-lease origin main # careful",
  "ERROR 2023-11-05 03:14:15,926 [worker-7] com.example.Queue - java.lang.NullPointerException at Queue.java:42",
  "\\int_0^\\infty e^{-x^2} dx = \\frac{\\sqrt{\\pi}}{2}",
  "192.168.0.1 10.0.0.0/8 ::1 fe80::1%eth0 aa:bb:cc:dd:ee:ff",
  "550e8400-e29b-41d4-a716-446655440000 d41d8cd98f00b204e9800998ecf8427e",
  "+49 30 901820, info@example.org, www.example.org/path?query=1#part",
  "1 2 3 5 8 13 21 34 55 89 144 233 377 610 987 1597 2584",
  "0.001 -17.5 6.02e23 1/3 99.99% $1,234.56 €0.50 ¥800 ½ ² √2 ± ∞ ≠ ≤ π",
  "😀 😂 🤣 😍 😭 😡 👍 👎 🙏 💪 🎉 🔥 ❤️ 💔 ✨ ⭐ 🌍 🚗 ✈️ 🍕 🍺 🐶 🐱 👨‍👩‍👧 🏳️‍🌈 🇩🇪",
  "omg 😱😱 can't believe it!!! 🎊 #wow #nofilter @best_friend <3 :-) ;-P ¯\\_(ツ)_/¯",
  "!!! ??? ... --- *** ### @@@ %%% ^^^ &&& ((( ))) [[[ ]]] {{{ }}} \\\\\\ /// ||| ~~~ ```",
  "",
  " ",
  ".",
  "a",
  "I",
  "the the the the the the the the",
  "xqzvkjw pfltmq zzyzx brrrng aaaargh",
  "QWxsIHlvdXIgYmFzZSBhcmUgYmVsb25nIHRvIHVz",
  "ööööö ñandú façade naïve coöperate Ångström ﬁne ﬂow",
  "\u200bzero\u200dwidth \ufeff marks \u0301 and \u00a0 spaces",
];

/** Every text alone, then all of a kind joined to texts as long as a model reads, then few words over and over. */
export const calibrationTexts: readonly string[] = [
  ...prose,
  ...otherLanguages,
  ...codeAndMarks,
  ...[prose, otherLanguages, codeAndMarks].flatMap((texts) => [
    texts.join(" "),
    texts.toReversed().join("\n"),
    texts.filter((_, index) => index % 3 === 0).join(" "),
  ]),
  prose.slice(20, 30).join(" "),
  prose.slice(30, 50).join(" "),
  ...["no ", "data, ", "😀", "= ", "語", "1 "].map((text) => text.repeat(520)),
];
