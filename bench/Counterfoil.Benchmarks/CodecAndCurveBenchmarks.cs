using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Encoding;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evm.Secp256k1;

namespace Counterfoil.Benchmarks;

/// <summary>Deterministic CBOR of a thousand small maps, written and read back.</summary>
[MemoryDiagnoser]
public class CborBenchmarks
{
    const int Maps = 1000;
    byte[] encoded = [];

    [GlobalSetup] public void Setup() => encoded = Encode();

    [Benchmark(OperationsPerInvoke = Maps)] public byte[] Encode()
    {
        var writer = new CborWriter();
        writer.BeginArray(Maps);
        for (int i = 0; i < Maps; i++)
        {
            writer.BeginMap(2);
            writer.WriteText("id");
            writer.WriteUInt((ulong)i);
            writer.WriteText("name");
            writer.WriteText("a short text");
            writer.EndMap();
        }
        writer.EndArray();
        return writer.ToArray();
    }

    [Benchmark(OperationsPerInvoke = Maps)] public Verdict Decode()
    {
        var reader = new CborReader(encoded);
        int maps = reader.BeginArray();
        for (int i = 0; i < maps && !reader.Failed; i++)
        {
            reader.BeginMap(2, 2);
            reader.ReadKey("id");
            reader.ReadUInt();
            reader.ReadKey("name");
            reader.ReadText();
            reader.EndMap();
        }
        reader.EndArray();
        var verdict = reader.Finish();
        return verdict.IsAccepted ? verdict : throw new InvalidOperationException(verdict.ToString());
    }
}

/// <summary>Signatures on secp256k1: constant time where a secret is, lanes nowhere.</summary>
[MemoryDiagnoser]
public class Secp256k1Benchmarks : IDisposable
{
    readonly Secp256k1PrivateKey key = new(RandomNumberGenerator.GetBytes(32));
    readonly Keccak256Digest digest = Keccak256.Hash("a message"u8);
    EcdsaSignature signature;

    [GlobalSetup] public void Setup() => signature = key.Sign(digest);

    [Benchmark] public EcdsaSignature Sign() => key.Sign(digest);
    [Benchmark] public Verdict Verify() => key.PublicKey.Verify(digest, signature);
    [Benchmark] public Secp256k1PublicKey Recover()
    {
        Secp256k1PublicKey.Recover(digest, signature, out var recovered);
        return recovered;
    }

    /// <inheritdoc/>
    [GlobalCleanup] public void Dispose()
    {
        key.Dispose();
        GC.SuppressFinalize(this);
    }
}
