/** Ordinary sentences, as people write and search for them. The strictest limit is held to these. */
export const sentences: readonly string[] = `
A woman is slicing an onion in a small kitchen.
Two dogs are chasing each other along the beach.
The committee will vote on the new budget next Thursday.
He forgot his umbrella on the train this morning.
A child in a yellow raincoat jumps over a puddle.
How do I reset the password of my account?
The museum is closed on Mondays and on public holidays.
Shares of the carmaker fell by four percent after the announcement.
Where can I find vegetarian restaurants near the station?
The patient was given antibiotics for ten days.
A man is playing the accordion under a bridge.
Scientists have found water vapour in the atmosphere of a distant planet.
Please send the signed contract back before Friday.
The cat sleeps on top of the warm radiator.
Prices of wheat rose sharply after the drought.
What is the capital of Mongolia?
She paints landscapes in oil and sells them online.
The bridge was built in 1932 and repaired twice since.
An old fisherman mends his nets at the harbour.
The train to the airport leaves every fifteen minutes.
Cannot connect to the database: connection refused.
Three boys are kicking a ball against a wall.
The opposition called the reform unfair and rushed.
My washing machine stops in the middle of the cycle.
A flock of geese crosses the evening sky.
The orchestra tuned their instruments before the concert.
Refunds are paid within fourteen days of the return.
Nobody answered when I rang the bell.
The volcano erupted without warning in the night.
A girl with braided hair reads a comic book.
How long does it take to boil an egg?
The court rejected the appeal without giving reasons.
Rice fields cover the slopes of the valley.
He speaks three languages but writes only one.
The parcel was delivered to the wrong address.
A violin hangs on the wall of the workshop.
Turn left at the second traffic light, then go straight on.
The vaccine protects against most severe cases.
Some people are dancing in the rain.
The recipe calls for two cups of flour and a pinch of salt.
Which laptop is best for editing video?
The river floods its banks nearly every spring.
Astronauts repaired the telescope during a spacewalk.
A waiter carries four plates at once.
The new phone has a better camera but a smaller battery.
Her grandmother taught her to knit.
Fire fighters rescued a kitten from the roof.
The lease ends on the thirty-first of August.
Two men argue about the price of a carpet.
Snow is expected in the mountains above 1,500 metres.
The teacher wrote the answer on the blackboard.
Why is my internet connection so slow in the evening?
A cyclist waits for the light to turn green.
The company will hire two hundred engineers this year.
Bees dance to tell each other where flowers are.
The soup was too salty, but the bread was excellent.
Protesters gathered in front of the parliament.
An elephant sprays water over its back.
I would like to cancel my subscription.
The film tells the story of two brothers who never met.
A tall tree fell across the road during the storm.
Interest rates stay unchanged for now, the bank said.
The baby laughs at its own reflection.
Your order has been shipped and will arrive tomorrow.
A blacksmith hammers a glowing piece of iron.
The hikers lost their way in the fog.
Which vitamins are in spinach?
The striker scored twice in the last five minutes.
A lamp stands beside the window.
The president met with farmers from the north.
He broke his wrist while skating.
Machine translation has improved a great deal in ten years.
The ferry was delayed because of strong winds.
A couple is walking hand in hand through a park.
Clean the filter once a month with warm water.
The library lends out tools as well as books.
There is no milk left in the fridge.
The suspect was released on bail on Tuesday.
A horse gallops across an open field.
How can I export my data as a spreadsheet?
The cathedral took more than two centuries to build.
Solar panels now cover the roof of the school.
A clown makes a dog out of balloons.
The error appears only when two users save at once.
They celebrated their anniversary in a quiet village.
The earthquake was felt in three countries.
A mechanic is looking under the hood of a truck.
This medicine must not be taken with alcohol.
The choir rehearses every Wednesday evening.
Coffee grows best in the shade of taller trees.
A boy feeds pigeons from a bench.
The minister denied having known about the letter.
Which bus goes to the old town?
The glass broke into a thousand pieces.
Workers are laying new cables under the street.
She won the race although she had fallen at the start.
The committee published its report a year late.
A lizard warms itself on a flat stone.
My neighbour plays the drums until midnight.
The experiment was repeated five times with the same result.
A bowl of cherries is on the table.
The insurance does not cover damage by frost.
`.trim().split("\n");

const code = `export async function retry<T>(work: () => Promise<T>, attempts = 3): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (attempt === attempts) throw error; // nothing more to try
    }
  }
}`;
const emoji = "Best. Day. Ever. 🎉🥳🎂 #birthday @friends ❤️❤️❤️ https://example.com/p/1?x=2&y=3";
const languages = [
  "Die Katze schläft den ganzen Tag auf der warmen Fensterbank.",
  "Le marché aux fleurs ouvre tous les dimanches à huit heures.",
  "El tren llegó con dos horas de retraso por culpa de la nieve.",
  "Поезд опоздал на два часа из-за сильного снегопада.",
  "図書館は月曜日に閉まっています。",
  "今天下午我们去公园散步吧。",
  "المكتبة مغلقة يوم الاثنين",
  "पुस्तकालय सोमवार को बंद रहता है",
  "도서관은 월요일에 문을 닫습니다.",
  "ห้องสมุดปิดทุกวันจันทร์",
  "Η βιβλιοθήκη είναι κλειστή τη Δευτέρα.",
  "Thư viện đóng cửa vào thứ Hai.",
];

/** What people embed besides: other languages, code, markup, numbers, hardly anything, and as much as fits. */
export const otherTexts: readonly string[] = [
  ...languages,
  code,
  emoji,
  "SELECT owner, count(*) FROM vectors GROUP BY owner HAVING count(*) > 100;",
  '<a href="/en/index.html" class="link">Home</a>',
  "3.1415 -273.15 1,000,000 0x7fff 2024-02-29T12:00:00Z 50% €19.99",
  "?",
  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
  "again ".repeat(600),
  sentences.join(" "),
  `${code}\n${emoji}\n${languages.join("\n")}\n`.repeat(4),
];
