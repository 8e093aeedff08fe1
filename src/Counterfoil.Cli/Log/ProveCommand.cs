using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Merkle;
using Counterfoil.Core.Signing;
using Counterfoil.Core.Verdicts;
using Counterfoil.Home;
using Counterfoil.Log;
using Counterfoil.Log.Http.Reading;
using Counterfoil.Log.Notes;
using Counterfoil.Log.Receipts;
using Counterfoil.Log.Storage;

namespace Counterfoil.Cli.Log;

/// <summary><c>counterfoil log prove</c>: a proof that a log holds an entry, as tlog-proof or as a COSE receipt.</summary>
static class ProveCommand
{
    public static Command Create()
    {
        var index = new Argument<string>("index") { Description = "The entry's place, from 0" };
        var address = new Option<string?>("--log") { Description = "The log's address; the home's own log where it is left out" };
        var home = LogArguments.Home();
        Option<string?> policy = LogArguments.Policy(), key = LogArguments.Key();
        var output = new Option<string?>("--out") { Description = "Writes the proof to this file" };
        var entry = new Option<string?>("--entry") { Description = "Writes the entry to this file" };
        var cose = new Option<bool>("--cose") { Description = "A COSE receipt (RFC 9942), signed by the home's log, in place of a tlog-proof" };
        var json = LogArguments.Json();
        var command = new Command("prove", "Proves to anyone that a log holds an entry; the proof is verified before it is written") { index, address, home, policy, key, output, entry, cose, json };
        command.SetAction((parsed, cancel) => RunAsync(parsed.GetValue(index)!, parsed.GetValue(address), parsed.GetValue(home)!, parsed.GetValue(policy), parsed.GetValue(key),
            parsed.GetValue(output), parsed.GetValue(entry), parsed.GetValue(cose), parsed.GetValue(json), cancel));
        return command;
    }

    static async Task<int> RunAsync(string indexText, string? address, string home, string? policyFile, string? keyText, string? output, string? entryFile, bool cose, bool asJson, CancellationToken cancel)
    {
        if (!long.TryParse(indexText, NumberStyles.None, CultureInfo.InvariantCulture, out long index)) throw new UsageException($"'{indexText}' is no place in a log", "a number from 0");
        if (cose && output is null) throw new UsageException("a COSE receipt is bytes", "--out FILE");
        ReadOnlyMemory<byte> entry;
        EntryProof proof;
        byte[] bytes;
        if (address is null)
        {
            var origin = TransparencyLog.KeyOf(LogArguments.FolderOf(home)).Name;
            var (opened, secret) = LogArguments.OpenHome(home, "counterfoil log prove", "log", TransparencyLog.Schema);
            using (opened)
            using (secret)
            {
                var signer = new NoteSigner(origin, secret);
                await using var log = TransparencyLog.Open(opened.FolderOf(TransparencyLog.Schema.Name), signer);
                var at = log.Checkpoint.Checkpoint;
                if (index >= at.Size) throw new UsageException($"the log has {at.Size} entries, and none at {index}", "places are counted from 0");
                (entry, proof) = (log.Read(index), await log.ProveAsync(index, cancel));
                bytes = cose ? CoseReceipt.OfInclusion(at, index, MerkleTree.LeafHash(entry.Span), proof.Path, signer).Encode() : proof.ToBytes();
            }
        }
        else
        {
            if (cose) throw new UsageException("only the log itself signs COSE receipts", "leave --log out, and name its home");
            using var http = new HttpClient();
            var client = new LogClient(http, LogArguments.AddressOf(address), LogArguments.PolicyOf(policyFile, keyText), TimeProvider.System);
            var (verdict, checkpoint) = await client.UpdateAsync(cancel);
            if (!verdict.IsAccepted) return Refused(verdict);
            if (index >= checkpoint!.Checkpoint.Size) throw new UsageException($"the log has {checkpoint.Checkpoint.Size} entries, and none at {index}", "places are counted from 0");
            (verdict, entry, var proven) = await client.ReadEntryAsync(index, cancel);
            if (!verdict.IsAccepted) return Refused(verdict);
            (proof, bytes) = (proven!, proven!.ToBytes());
        }
        if (output is not null) await File.WriteAllBytesAsync(output, bytes, cancel);
        if (entryFile is not null) await File.WriteAllBytesAsync(entryFile, entry, cancel);
        if (asJson)
            Console.Out.WriteLine(new JsonObject
            {
                ["index"] = index, ["leafHash"] = MerkleTree.LeafHash(entry.Span).ToString(), ["entryBytes"] = entry.Length, ["proof"] = cose ? null : System.Text.Encoding.UTF8.GetString(bytes), ["cose"] = cose ? Convert.ToHexStringLower(bytes) : null,
            }.ToJsonString(new() { WriteIndented = true }));
        else if (output is null) Console.Out.Write(System.Text.Encoding.UTF8.GetString(bytes));
        else Console.Out.WriteLine($"entry {index} of {entry.Length} bytes, leaf {MerkleTree.LeafHash(entry.Span)}: proof in {output}");
        return ExitCode.Yes;
    }

    static int Refused(Verdict verdict)
    {
        Terminal.Error($"the log does not prove it: {verdict}");
        return ExitCode.Of(verdict);
    }
}
