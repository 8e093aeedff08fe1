using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Counterfoil.Core.Digests;
using Counterfoil.Models;

namespace Counterfoil.Training;

/// <summary>What a run made, and what it consumed.</summary>
/// <param name="Model">The trained network.</param>
/// <param name="BatchesRoot">
/// The root of the RFC 9162 tree (SHA-256) whose leaf i is the 32 bytes of the i-th batch's root: what was consumed, in which order.
/// </param>
/// <param name="Steps">Batches consumed.</param>
/// <param name="Records">Records consumed, each as often as it came.</param>
/// <param name="Losses">The mean cross-entropy of each epoch, in nats.</param>
public sealed record TrainingResult(FloatModel Model, Sha256Digest BatchesRoot, int Steps, long Records, ImmutableArray<double> Losses)
{
    /// <summary>
    /// SHA-256 over <c>counterfoil/weights/v1</c>, and for each layer its two lengths (int32), its weights (float32, row-major, a row an output; of a convolution channel, row, column) and its
    /// biases, all little-endian.
    /// </summary>
    public Sha256Digest WeightsDigest
    {
        get
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            hash.AppendData(Domains.Weights);
            foreach (var node in Model.Nodes)
            {
                var (columns, outputs, weights, biases) = node switch
                {
                    FloatGemm g => (g.InputLength, g.OutputLength, g.Weights, g.Biases),
                    FloatConvolution c => (c.Columns, c.Outputs, c.Weights, c.Biases),
                    _ => default,
                };
                if (outputs == 0) continue;
                Append(hash, [columns, outputs]);
                Append(hash, MemoryMarshal.Cast<float, int>(weights.AsSpan()));
                Append(hash, MemoryMarshal.Cast<float, int>(biases.AsSpan()));
            }
            return new Sha256Digest(hash.GetHashAndReset());
        }
    }

    static void Append(IncrementalHash hash, ReadOnlySpan<int> words)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        foreach (int word in words)
        {
            BinaryPrimitives.WriteInt32LittleEndian(bytes, word);
            hash.AppendData(bytes);
        }
    }
}
