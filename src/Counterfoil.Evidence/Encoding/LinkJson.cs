using System.Text.Json.Serialization;
using Counterfoil.Core.Attestation;
using Counterfoil.Evidence.Policies;
using Counterfoil.Evidence.Predicates;

namespace Counterfoil.Evidence.Encoding;

/// <summary>Canonical JSON of the links: declared order, no space, nulls written out, nothing unknown, nothing twice.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    Converters =
    [
        typeof(Bytes32Converter), typeof(Sha256Converter), typeof(Keccak256Converter), typeof(ModelIdConverter), typeof(AddressConverter),
        typeof(UInt256Converter), typeof(TokenAmountConverter), typeof(InstantConverter),
    ])]
[JsonSerializable(typeof(Statement<DatasetCommitment>), TypeInfoPropertyName = "StatementDatasetCommitment")]
[JsonSerializable(typeof(Statement<GuardReport>), TypeInfoPropertyName = "StatementGuardReport")]
[JsonSerializable(typeof(Statement<ComputeLease>), TypeInfoPropertyName = "StatementComputeLease")]
[JsonSerializable(typeof(Statement<TrainingRun>), TypeInfoPropertyName = "StatementTrainingRun")]
[JsonSerializable(typeof(Statement<ModelCommitment>), TypeInfoPropertyName = "StatementModelCommitment")]
[JsonSerializable(typeof(Statement<InferenceRecord>), TypeInfoPropertyName = "StatementInferenceRecord")]
[JsonSerializable(typeof(Statement<Settlement>), TypeInfoPropertyName = "StatementSettlement")]
[JsonSerializable(typeof(Statement<DatasetDelta>), TypeInfoPropertyName = "StatementDatasetDelta")]
sealed partial class LinkJson : JsonSerializerContext;

/// <summary>JSON of a policy: for people, so indented.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    WriteIndented = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    Converters = [typeof(Keccak256Converter), typeof(AddressConverter), typeof(PublicKeyConverter), typeof(InstantConverter)])]
[JsonSerializable(typeof(Policy))]
sealed partial class PolicyJson : JsonSerializerContext;
