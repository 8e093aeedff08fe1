using System.CommandLine;
using System.Security.Cryptography;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Data.Privacy;
using Counterfoil.Data.Proofs;
using Spectre.Console;

namespace Counterfoil.Cli.Data;

/// <summary><c>counterfoil data lookup</c>: whether a record is in a salted set, asked of whoever holds its secret.</summary>
static class LookupCommand
{
    const int MaxMessage = 512;

    public static Command Create() => new("lookup", "Asks whether a record is in a salted set, and answers: ask, answer, and of a blind look-up finish") { Ask(), Answer(), Finish() };

    static Command Ask()
    {
        var record = new Argument<string>("record") { Description = "A file with the record's bytes exactly (- for stdin)" };
        var statement = Statement();
        var key = new Option<string>("--lookup-key") { Description = "The set's public key of look-ups, blind:… or open:…, as its committer gives it out", Required = true };
        var output = new Option<string>("--out") { Description = "Where to write the question", DefaultValueFactory = _ => "lookup.question" };
        var secret = new Option<string?>("--secret") { Description = "Of a blind look-up: where to keep what only the asker may know; the question's name and .secret unless given" };
        var command = new Command("ask", "The asker: makes the question. In a blind look-up it tells nothing of the record; in an open one it is the record's hash") { record, statement, key, output, secret };
        command.SetAction(parsed =>
        {
            if (LookupKey.Parse(parsed.GetValue(key), out var lookup) is Verdict.Rejected { Reason: var reason }) throw new UsageException($"'{parsed.GetValue(key)}' is no key of look-ups: {reason}", "\"counterfoil data commit --salted\" printed it");
            var leaf = CommittedFolder.ReadSet(parsed.GetValue(statement)!).Leaf(InputFile.ReadRecord(parsed.GetValue(record)!));
            string file = parsed.GetValue(output)!;
            if (lookup!.Scheme == LookupScheme.Vrf)
            {
                File.WriteAllBytes(file, new LookupQuestion(LookupScheme.Vrf, leaf.ToArray()).ToBytes());
                Console.Out.WriteLine($"{file}  the question: it names the record to whoever can guess it");
                Terminal.Hint("send it to the committer, who answers with a proof: counterfoil verify PROOF --record FILE --policy FILE");
                return ExitCode.Yes;
            }
            string kept = parsed.GetValue(secret) ?? file + ".secret";
            if (File.Exists(kept)) throw new UsageException($"'{kept}' is there", "--secret names a new file: each question has a blind of its own");
            var question = BlindedQuestion.Make(lookup, leaf, RandomNumberGenerator.Fill);
            question.Save(kept);
            File.WriteAllBytes(file, question.Question.ToBytes());
            Console.Out.WriteLine($"{file}  the question: it tells nothing of the record");
            Console.Out.WriteLine($"{kept}  for the answer: keep it to yourself");
            Terminal.Hint("send the question to the committer, and with the answer and the set's keyed-tree: counterfoil data lookup finish");
            return ExitCode.Yes;
        });
        return command;
    }

    static Command Answer()
    {
        var folder = new Argument<string>("folder") { Description = "The folder of the salted commitment, with its lookup.key" };
        var question = new Argument<string>("question") { Description = "The question" };
        var output = new Option<string?>("--out") { Description = "Where to write the answer: lookup.answer of a blind look-up, lookup.proof of an open one, unless given" };
        var command = new Command("answer", "The committer: answers a question. In an open look-up the answer is the proof") { folder, question, output };
        command.SetAction(parsed => Reply(parsed.GetValue(folder)!, parsed.GetValue(question)!, parsed.GetValue(output)));
        return command;
    }

    static int Reply(string folder, string questionFile, string? output)
    {
        var salted = SaltedCommands.Open(folder);
        LookupQuestion.Decode(InputFile.Read(questionFile, MaxMessage), out var question).Require();
        var key = salted.Set.Tree.Key;
        if (question!.Scheme != key.Scheme) throw new UsageException($"the question is {(question.Scheme == LookupScheme.Vrf ? "open" : "blind")}, and the set's look-ups are not", $"it was to be asked with --lookup-key {key}");
        SaltedCommands.RequireSecret(salted, folder);
        if (question.Scheme == LookupScheme.Vrf)
        {
            var (statement, set) = SaltedCommands.Statement(salted, folder);
            salted.Answer(new Sha256Digest(question.Asked.Span), RandomNumberGenerator.Fill, out var claim).Require();
            ProofOutput.Write(output ?? "lookup.proof", new(set, claim!, statement));
            return ExitCode.Yes;
        }
        salted.OpenSecret(out var opened).Require();
        using var secret = opened!;
        secret.Evaluate(question.Asked, RandomNumberGenerator.Fill, out var evaluation).Require();
        output ??= "lookup.answer";
        File.WriteAllBytes(output, new LookupAnswer(key.Key, evaluation!.Elements[0], evaluation.Proof).ToBytes());
        Console.Out.WriteLine($"{output}  the answer, under {key}");
        Terminal.Hint($"the asker needs {salted.TreePath} too, which may be given to anyone; limit how many questions one may ask");
        return ExitCode.Yes;
    }

    static Command Finish()
    {
        var answer = new Argument<string>("answer") { Description = "The committer's answer" };
        var secret = new Option<string>("--secret") { Description = "What was kept when it was asked", Required = true };
        var tree = new Option<string>("--tree") { Description = "The set's keyed-tree", Required = true };
        var statement = Statement();
        var output = new Option<string>("--out") { Description = "Where to write the proof", DefaultValueFactory = _ => "lookup.proof" };
        var command = new Command("finish", "The asker: makes the proof from the answer to a blind look-up, and nobody learns what was asked") { answer, secret, tree, statement, output };
        command.SetAction(parsed =>
        {
            var envelope = CommittedFolder.ReadStatement(CommittedFolder.StatementPath(parsed.GetValue(statement)!));
            CommittedSet.Read(envelope, out var set, out _).Require();
            if (!File.Exists(parsed.GetValue(secret))) throw new UsageException($"there is no file {parsed.GetValue(secret)}", "\"counterfoil data lookup ask\" wrote it beside the question");
            BlindedQuestion.Open(parsed.GetValue(secret)!, out var question).Require();
            LookupAnswer.Decode(InputFile.Read(parsed.GetValue(answer)!, MaxMessage), out var answered).Require();
            KeyedTree.Read(InputFile.Read(parsed.GetValue(tree)!, int.MaxValue - 64), set!.AbsenceRoot, out var keyed).Require();
            question!.Finish(answered!, keyed!, out var claim).Require();
            ProofOutput.Write(parsed.GetValue(output)!, new(set, claim!, envelope));
            Terminal.Notes.WriteLine("counterfoil: the proof holds the blind, so that anyone can follow it: the committer would recognise the question by it");
            return ExitCode.Yes;
        });
        return command;
    }

    static Option<string> Statement() => new("--statement") { Description = "The set's signed statement, or the folder that holds it", Required = true };
}
