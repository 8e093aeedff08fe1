using System.Collections.Immutable;
using Counterfoil.Cli;
using Counterfoil.Cli.Demo;
using Counterfoil.Core.Attestation;
using Counterfoil.Core.Digests;
using Counterfoil.Evidence.Bundles;
using Counterfoil.Evidence.Policies;
using Counterfoil.Evidence.Predicates;
using Counterfoil.Evm.Blocks;
using Counterfoil.Evm.Contracts;
using Counterfoil.Evm.Tries;
using Counterfoil.Log;
using Counterfoil.Log.Notes;

namespace Counterfoil.Story.Tests.Attacks;

/// <summary>The honest case as an attacker sees it, who holds every key, the log, and the account that anchors.</summary>
sealed class Scene(Case honest)
{
    static int forgedLogs;

    // Logs only grow, and each forged one must be anchored: so each is longer than the last, whatever an attack adds.
    readonly Lazy<Forger> forger = new(() => honest.Story.Forger(honest.Bundle, Interlocked.Add(ref forgedLogs, 4)));

    public Bundle Bundle => honest.Bundle;
    public Policy Policy => honest.Policy;
    public Cast Cast => honest.Story.Cast;
    public Forger Forger => forger.Value;
    public BundledChain Chain => Bundle.Chains[0];
    public TrustedChain Trust => Policy.Chains[0];

    public BundledLink Link(LinkType type) => Bundle.Links.Single(l => Statement(l).Type == type);
    public Sha256Digest Digest(LinkType type) => Link(type).Envelope.PayloadDigest;
    public T Predicate<T>() => Bundle.Links.Select(l => Statement(l).Predicate).OfType<T>().Single();
    public ReadOnlyMemory<byte> Blob(Sha256Digest digest) => Bundle.Blobs.Single(b => Sha256.Hash(b.Span) == digest);
    public ReadOnlyMemory<byte> EntryOfLog(long index) => honest.Story.Entry(index);
    public Envelope[] Envelopes => [.. Bundle.Links.Select(l => l.Envelope)];

    public static LinkStatement Statement(BundledLink link)
    {
        LinkStatement.Decode(link.Envelope, out var statement).Require();
        return statement!;
    }

    public Envelope Sign(object predicate, LinkType type, Sha256Digest? subject = null) => LinkStatement.Sign("forged", predicate, Cast.Signer(type.Role), subject);

    public Bundle Relog(params IEnumerable<Envelope> envelopes) => Forger.Relog(Cast, [.. envelopes]);

    /// <summary>The case under a policy that trusts its chain in another way.</summary>
    public Forged Under(Func<TrustedChain, TrustedChain> change) => (Bundle, Policy with { Chains = [change(Trust)] });

    public Forged With(BundledChain chain) => (Bundle with { Chains = [chain] }, Policy);

    /// <summary>The publisher anchors the forged log in the place of the honest one, and the policy's author pins the block after it.</summary>
    public async Task<Forged> AnchorAsync(Bundle forged)
    {
        var chain = honest.Story.Chain;
        SignedNote.Parse(forged.Log.Checkpoints[^1].Note.Span, out var note).Require();
        Checkpoint.Parse(note!.Text, out var checkpoint).Require();
        var receipt = await chain.SendAsync("operator", chain.Anchor, new AnchorContract.AnchorCall(honest.Story.LogId.Digest.Value, (ulong)checkpoint!.Size, checkpoint.Root.Value), default);
        var proof = await chain.Client.GetReceiptProofAsync(receipt.TransactionHash, default);
        ulong first = Header(0).Number;
        var head = (await chain.Client.GetBlockAsync(proof.BlockHash, default))!.Header;
        var headers = Chain.Headers.ToBuilder();
        for (ulong number = first + (ulong)headers.Count; number <= head.Number; number++) headers.Add((await chain.Client.GetBlockAsync(number, default))!.Header.Encode());
        var anchored = new BundledReceipt((int)(head.Number - first), (int)proof.Receipt.TransactionIndex, [.. proof.Transaction.Nodes], [.. proof.Receipt.Nodes]);
        return (forged with { Chains = [Chain with { Headers = headers.ToImmutable(), Receipts = [.. Chain.Receipts[..^1], anchored] }] },
            Policy with
            {
                AsOf = DateTimeOffset.FromUnixTimeSeconds((long)head.Timestamp),
                Chains = [Trust with { Blocks = [new PinnedBlock(head.Number, head.Hash)] }],
            });
    }

    public BlockHeader Header(int i)
    {
        BlockHeader.Decode(Chain.Headers[i].Span, out var header).Require();
        return header!;
    }

    public TransactionReceipt Receipt(BundledReceipt bundled)
    {
        new ReceiptProof(Chain.Headers[bundled.Header], (ulong)bundled.Index, bundled.Receipt).Verify(Header(bundled.Header).Hash, out var proven).Require();
        return proven!.Receipt;
    }

    /// <summary>A chain on which one transaction had another outcome, whose head the policy's author took for the real one.</summary>
    public Forged Rewritten(int receipt, Func<TransactionReceipt, TransactionReceipt> change)
    {
        var bundled = Chain.Receipts[receipt];
        var outcome = change(Receipt(bundled));
        var trie = MerklePatriciaTrie.OfList([outcome.Encode()]);
        var headers = Chain.Headers.ToBuilder();
        for (int i = bundled.Header; i < headers.Count; i++)
        {
            var header = Header(i);
            header = i == bundled.Header ? header with { ReceiptsRoot = trie.Root, LogsBloom = outcome.Bloom } : header with { ParentHash = Keccak256.Hash(headers[i - 1].Span) };
            headers[i] = header.Encode();
        }
        var chain = Chain with
        {
            Headers = headers.ToImmutable(),
            Receipts = Chain.Receipts.SetItem(receipt, bundled with { Receipt = [.. trie.Prove(MerklePatriciaTrie.ListKey(0))] }),
        };
        var pin = new PinnedBlock(Header(headers.Count - 1).Number, Keccak256.Hash(headers[^1].Span));
        return (Bundle with { Chains = [chain] }, Policy with { Chains = [Trust with { Blocks = [pin] }] });
    }

    /// <summary>Where among the receipts a transaction is.</summary>
    public int ReceiptWith(Func<LogEntry, bool> entry) => Chain.Receipts.IndexOf(Chain.Receipts.Single(r => Receipt(r).Logs.Any(entry)));
}
